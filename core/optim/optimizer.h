#pragma once

#include <cstdint>
#include <vector>

#include "core/base/cloned.h"
#include "core/base/types.h"
#include "core/optim/momentum.h"
#include "core/optim/optimizer_spec.h"
#include "core/optim/rule.h"

namespace muonscope {

// What became of the gradients that a layer's buffers remember when its optimiser changed; none:
// there was nothing to remember. In this order the graver one speaks for several changes.
enum class MomentumFate { none, kept, converted, flushed };

// One layer's optimiser: W <- W + update, with the learning rate g of its own step (schedule.h).
// Coupled decay first adds lambda W to the gradient G, then the kind says which way (kinds/, a file
// each), and last comes the decoupled decay (weight_decay.h).
//
// What survives a switch is the average of the gradients: the shared buffer carries its unit, heavy
// ball 1/(1 - mu) averages and EMA one, and is brought into that of the spec before it is fed
// again. So Muon's path is the same with either, and SGD's up to 1/(1 - mu) in the rate, also when
// style or mu change on the way. Where a kind's own first buffer is an average (AdamW's first
// moment), it becomes the buffer of what follows. The other way a kind's own buffers begin at zero:
// an old average over the root of a v that has seen one gradient would be no step of AdamW's. All
// memory is taken in the constructor or in reconfigure(), never in update(); only what decomposes a
// matrix takes its own.
class LayerOptimizer {
  public:
    LayerOptimizer(Eigen::Index rows, Eigen::Index cols, const OptimizerSpec& spec);

    // Takes another spec while training; what the buffers hold stays, as said above, unless
    // keep_momentum is false. Says what became of it.
    MomentumFate reconfigure(const OptimizerSpec& spec, bool keep_momentum);
    const OptimizerSpec& spec() const { return spec_; }

    // update: what to add to the weight; must already have the gradient's shape, and be another
    // matrix.
    void update(const Matrix& gradient, const Matrix& weight, Matrix& update);

    std::int64_t steps() const { return steps_; }  // updates so far: the schedule's clock
    double newest_rate() const { return newest_rate_; }
    // Whether its spec has changed since the newest update, the rate apart: what it holds then no
    // longer tells how that came about.
    bool turned_since_its_step() const { return turned_; }

    // What the next update depends on, beside the weight: buffers, units and clocks, as words.
    // Whoever hashes or counts need not know which a kind has.
    template <class AddWord, class AddMatrix>
    void visit_state(AddWord word, AddMatrix matrix) const;

    // The same as a value, with nothing to work in: taken here and given to an optimiser of the
    // same shape, whatever that was, the two go on alike.
    struct State {
        OptimizerSpec spec;
        std::int64_t steps = 0, seen = 0;
        double newest_rate = 0;
        double momentum_unit = 0, momentum_bias = 1;
        Matrix momentum;  // empty where the shared buffer holds nothing
        std::vector<Matrix> own;
        bool turned = false;  // see turned_since_its_step()
    };
    State state() const;
    void set_state(const State& state);
    std::size_t state_bytes() const;  // what the matrices of its state take

    const Momentum& momentum() const { return momentum_; }
    // The kind's own, and how many gradients they have taken in.
    const std::vector<Matrix>& own_buffers() const { return own_; }
    std::int64_t seen() const { return seen_; }
    // For a start that is not the kind's: of the buffer's shape.
    void set_own_buffer(std::size_t index, const Matrix& values) { own_.at(index) = values; }

  private:
    const Matrix& with_coupled_decay(const Matrix& gradient, const Matrix& weight);
    MomentumFate pass_on_momentum(const OptimizerSpec& spec, bool keep_momentum);
    void configure(const OptimizerSpec& spec);  // buffers apart

    Eigen::Index rows_, cols_;
    OptimizerSpec spec_;
    std::int64_t steps_ = 0;
    double newest_rate_ = 0;
    bool turned_ = false;
    Momentum momentum_;
    Cloned<Direction> direction_;
    std::vector<Matrix> own_;
    std::int64_t seen_ = 0;
    Matrix coupled_;  // G + lambda W; empty unless the decay is coupled
};

template <class AddWord, class AddMatrix>
void LayerOptimizer::visit_state(AddWord word, AddMatrix matrix) const {
    word(steps_);
    matrix(momentum_.buffer);
    // Until it is fed again, the same numbers may stand for other averages.
    if (momentum_.unit > 0 && momentum_.unit != momentum_unit(spec_)) word(momentum_.unit);
    if (spec_.bias_corrected) word(momentum_.bias);
    if (own_.empty()) return;
    word(seen_);
    for (const Matrix& buffer : own_) matrix(buffer);
}

}  // namespace muonscope
