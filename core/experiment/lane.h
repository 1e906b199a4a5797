#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/measures.h"
#include "core/experiment/problem.h"
#include "core/experiment/spec.h"
#include "core/model/network.h"
#include "core/model/probe.h"
#include "core/optim/optimizer.h"

namespace muonscope {

// One run of the shared experiment by its own recipe. Deterministic; takes no lock; allocates
// nothing in advance() after the first step of a phase. Copyable, which is what keyframes are.
class Lane {
  public:
    Lane(std::shared_ptr<const Problem> problem, Recipe recipe);

    enum class Status { training, finished, diverged };
    struct Fault {
        std::int64_t step = 0;
        int layer = 0;
        std::string what;
    };

    // One step, unless the recipe's last phase has ended (finished) or a number was not finite
    // (diverged: weights stay at the last finite step).
    Status advance();
    Status status() const { return status_; }
    const std::optional<Fault>& fault() const { return fault_; }

    std::int64_t step() const { return step_; }
    int phase() const { return phase_; }  // index; number of phases when finished
    const std::vector<std::int64_t>& phase_steps() const { return phase_steps_; }
    const Recipe& recipe() const { return recipe_; }
    const std::vector<Matrix>& weights() const { return weights_; }

    // Same number and kind of phases, other numbers: acts from the next step on.
    void set_recipe(const Recipe& recipe, bool keep_momentum);

    // Fills one row of `layout` for the weights as they are. Gradients and updates are those of
    // the newest step (NaN before it, and for layers that did not train).
    void measure(const Layout& layout, const ProbeSpec& probe, std::span<double> row);

    // FNV-1a over step, phase, weights and momentum buffers: equal bits, equal hash.
    std::uint64_t state_hash() const;

  private:
    bool phase_ended();
    void enter_phase(int phase, bool keep_momentum);

    std::shared_ptr<const Problem> problem_;
    Recipe recipe_;
    std::vector<Matrix> weights_;
    std::int64_t step_ = 0;
    int phase_ = 0;
    std::vector<std::int64_t> phase_steps_;
    std::vector<int> trained_;
    std::vector<LayerOptimizer> optimizers_;
    Backpropagation backpropagation_;
    Probe probe_;
    Status status_ = Status::training;
    std::optional<Fault> fault_;
};

}  // namespace muonscope
