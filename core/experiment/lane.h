#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/followed.h"
#include "core/experiment/layout.h"
#include "core/experiment/minibatches.h"
#include "core/experiment/newest_move.h"
#include "core/experiment/probe.h"
#include "core/experiment/problem.h"
#include "core/experiment/spec.h"
#include "core/linalg/spectrum.h"
#include "core/measure/step_sums.h"
#include "core/model/chain.h"
#include "core/optim/optimizer.h"

namespace muonscope {

// Whether two recipes have the same number of phases, each training the same layers towards the
// same objective, and both repeat them or neither: then one can take the other's place while
// training.
bool same_phases(const Recipe& a, const Recipe& b, int depth);

// Whether an optimiser becomes another one and not the same with other numbers: another kind, or
// another style of momentum where there is a buffer to have one.
bool switches(const OptimizerSpec& before, const OptimizerSpec& after);

// Whether every gradient pass of such a lane sees the loss of all data: no minibatches, and no
// phase with an objective of its own.
bool sees_all_data(const Experiment& experiment, const Recipe& recipe);

// One run of the shared experiment by its own recipe. Deterministic; takes no lock; allocates
// nothing in advance() after the first step of a phase (where phases repeat, of each). Copyable;
// what it is without the room it works in is its State, which keyframes hold.
class Lane {
  public:
    Lane(std::shared_ptr<const Problem> problem, Recipe recipe);

    enum class Status { training, finished, diverged };
    struct Fault {
        std::int64_t step = 0;
        int layer = 0;     // 1-based; 0: the loss itself
        std::string what;  // "gradient is not finite"
    };

    // One step, unless the recipe or its last phase has ended (finished) or a number was not finite
    // (diverged: weights stay at the last finite step). A phase's end is looked for before each
    // step, so a lane knows that it has finished only once it is asked for one step more.
    Status advance();
    Status status() const { return status_; }
    const std::optional<Fault>& fault() const { return fault_; }

    std::int64_t step() const { return step_; }
    int phase() const { return phase_; }  // index; number of phases when finished
    const std::vector<std::int64_t>& phase_steps() const { return phase_steps_; }
    const Recipe& recipe() const { return recipe_; }
    const std::vector<Matrix>& weights() const { return weights_; }
    // What the newest step did to a layer: the gradient it was given, what was added to its
    // weights, and the optimiser that made the one of the other, as it is after it. Null where the
    // layer did not move in it; the gradient also where the next step has been looked at already,
    // as at a recipe's end, and the optimiser where it is another since or its phase has ended for
    // good.
    struct Move {
        const Matrix* gradient = nullptr;
        const Matrix* update = nullptr;
        const LayerOptimizer* optimizer = nullptr;
    };
    Move newest_move(int layer) const;
    // Index of the phase that takes the step to come: another one than phase() where that ends
    // here, which advance() looks for only then. phase() where no step comes. Costs a forward pass
    // where an end is told by errors.
    int next_phase();
    // What a phase has for a layer; of the last one where all have ended. Null where it leaves the
    // layer alone, was not entered yet or has let go of its buffers.
    const LayerOptimizer* optimizer_in(int phase, int layer) const;
    // Where the newest step began (finished: where it ended), in a phase of the network objective:
    // known from the gradient, so it costs nothing.
    double relative_error_before() const { return backpropagation_->relative_error(); }

    // From now on the lane knows the followed channels at each step (see Layout): loss and errors
    // from the gradient pass, in phases of the network objective on all data, and NaN in others,
    // whose pass does not see the loss of all data; norms, rates and fidelity from the update.
    void follow(const Layout& layout);
    Followed& followed() { return followed_; }
    const Followed& followed() const { return followed_; }
    bool sees_all_data() const { return muonscope::sees_all_data(problem_->experiment, recipe_); }
    // Loss of all data and relative error of the weights as they are: one forward pass, and the
    // same bits as the gradient pass has.
    Backpropagation::Errors errors() { return backpropagation_->errors(weights_); }

    // Same number and kind of phases, other numbers: acts from the next step on. A finished lane
    // goes on when its last phase's end is no longer met. keep_momentum = false empties the buffers
    // of layers whose optimiser switches (see switches()). Throws Error when the phases are others.
    // Says by layer what became of the momentum: of several phases' the gravest, none where nothing
    // changed.
    std::vector<MomentumFate> set_recipe(const Recipe& recipe, bool keep_momentum);

    // Fills one row of `layout` for the weights as they are. Gradients and updates are those of
    // the newest step (NaN before it, and for layers that did not train).
    void measure(const Layout& layout, const ProbeSpec& probe, std::span<double> row);

    // FNV-1a by 64-bit words, folded, over step, phase, weights and every buffer and clock of the
    // optimisers: equal bits, equal hash.
    std::uint64_t state_hash() const;

    // All that decides what comes next, and what is followed; nothing to work in.
    struct State {
        // By phase: empty until entered.
        struct Trained {
            std::vector<int> layers;
            std::vector<LayerOptimizer::State> optimizers;
        };

        Recipe recipe;
        std::vector<Matrix> weights;
        std::int64_t step = 0;
        int phase = 0;
        std::vector<std::int64_t> phase_steps;
        std::int64_t entered_at = 0;
        std::vector<Trained> trained;
        std::size_t newest_phase = 0;
        Followed followed;
        double loss_before = 0;
        bool looked_ahead = false;
        Status status = Status::training;
        std::optional<Fault> fault;
    };
    State state() const;
    // What measures see of the newest step: every step makes it anew, so that it is wanted of a
    // lane that takes no further one. Its gradients also where the next step was looked at.
    NewestMove newest_move() const;
    // From here on as the lane that the state is of, to the bit: one of the same problem, which
    // followed the same. Without its newest step gradients and updates are not measured (NaN)
    // until the next.
    void set_state(const State& state, const NewestMove* newest = nullptr);
    std::size_t state_bytes() const;  // what the matrices of state() take
    std::size_t newest_move_bytes() const;

  private:
    // What one phase trains: kept while phases repeat, so that momentum lives on and no step
    // takes memory.
    struct Training {
        std::vector<int> layers;                 // ascending
        std::vector<LayerOptimizer> optimizers;  // one for each
    };

    bool find_phase();  // passes over phases that have ended; true: ready to step
    void enter_phase(int phase);
    void make_room(const Phase& phase, int layer);
    void enter_next_phase();
    Training& training() { return trainings_[phase_]; }
    double gradients();  // of the current phase's objective; returns its loss
    bool gradient_finite(int layer);
    bool update_finite(int layer);
    void follow_pass(double loss);  // what the gradient pass knows of the step the lane is at
    void follow_update();           // what is known of the step just made
    double error_left(double loss) const;
    double layer_target_gradients();
    const Matrix& gradient(int layer) const;
    const Matrix& newest_gradient(int layer) const;  // of the newest step; layers that moved
    // What made the newest step; none once its phase has ended for good.
    const LayerOptimizer* newest_optimizer(int layer) const;
    static const LayerOptimizer* optimizer_in(const Training& training, int layer);
    void measure_response(const Layout& layout, std::span<double> row);
    void measure_facts(const Layout& layout, std::span<double> row) const;
    void measure_task(const Layout& layout, std::span<double> row) const;
    void measure_trade_off(const Layout& layout, std::span<double> row) const;
    void measure_norm(const Layout& layout, int layer, const Matrix& before,
                      std::span<double> row) const;
    void measure_descent(const Layout& layout, double loss, std::span<double> row) const;
    bool met(const Until& until, double loss);
    Status diverge(int layer, std::string what);

    std::shared_ptr<const Problem> problem_;
    Recipe recipe_;
    std::vector<Matrix> weights_;
    std::int64_t step_ = 0;
    int phase_ = 0;
    std::vector<std::int64_t> phase_steps_;
    std::int64_t entered_at_ = 0;      // phase_steps_ of the current phase when it was entered
    std::vector<Training> trainings_;  // by phase; empty until entered
    Cloned<Backpropagation> backpropagation_;
    std::optional<Minibatches> minibatches_;
    TaskBatch drawn_;  // of a task, for the newest gradients
    Probe probe_;
    Spectrum spectrum_;
    std::vector<Matrix> layer_gradients_;  // of the layer targets; empty until such a phase
    std::vector<Matrix> updates_;          // by layer, of the newest step; empty until trained
    std::vector<Matrix>
        given_gradients_;      // by layer, of the newest step; empty unless it was given
    std::vector<char> moved_;  // by layer: in the newest step
    std::size_t newest_phase_ = 0;
    Followed followed_;
    Layout layout_;                         // of what is followed
    double loss_before_ = 0;                // of all data, one step before; NaN: not known
    std::vector<double> gradient_squares_;  // by layer
    std::vector<StepSums> step_sums_;       // by layer, of the newest update
    bool looked_ahead_ = false;             // gradients are those of a step not taken yet
    Status status_ = Status::training;
    std::optional<Fault> fault_;
};

}  // namespace muonscope
