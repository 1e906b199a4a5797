#pragma once

#include <memory>
#include <vector>

#include "core/experiment/probe.h"
#include "core/experiment/problem.h"
#include "core/experiment/spec.h"
#include "core/model/model.h"
#include "core/optim/optimizer.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {

// The layer whose output a head stands on when matrix `layer` steps: itself; of a transformer its
// block, the first for what stands before all, the last for the head.
int built_on(const Problem& problem, int layer);

// What one step gives up and what it buys.
struct StepTrade {
    double length = 0;    // |D|, D what is added to the layer's weights
    double loss = 0;      // of what the layer is trained for, after the step
    double descent = 0;   // loss before − loss after: below 0 where it rose
    double given_up = 0;  // what the gradient's own step of that length descends, beyond this one
    double fidelity = 0;  // cos(−D, G)
    double preservation = 0;  // 1 − |D h|/|W h|, h what the layer gets from all data
    ProbeResult probe;        // a fresh head on what the layer puts out after the step
    double gained = 0;        // loss of that head after its K steps: before − after
};

// The trade between descent now and what a layer downstream can make of it later, from one state
// of a run: steps of one matrix while all others stand (arXiv 2607.01124, its design perspective).
// "Downstream" is a linear head from zero on the layer's output, of a transformer on the stream
// behind the matrix's block, trained for the K steps of the probe's spec on the probe's task.
class StepTrades {
  public:
    // layer: 1-based. spec: of the probe; its layer is not looked at. objective: what the layer is
    // trained for, the network's loss of all data or its distance to its own target, as a phase has
    // it. Throws Error where there is no such layer, or no target of its own.
    StepTrades(std::shared_ptr<const Problem> problem, std::vector<Matrix> weights, int layer,
               const ProbeSpec& spec, Objective objective = Objective::network);

    double loss() const { return loss_; }                 // of the state
    const ProbeResult& probe() const { return probed_; }  // likewise
    const Matrix& gradient() const { return gradient_; }  // of that loss, of the layer

    // Of the update D; may be any matrix of the layer's shape.
    StepTrade of(const Matrix& update);

    // −U Sᵖ Vᵀ of G = U S Vᵀ over its numerical rank, |D| = length; zero where G is.
    Matrix spectral_step(double power, double length) const;
    // The step that comes next where a lane's optimiser of this layer holds that and is switched to
    // `optimizer` now, its momentum kept as LayerOptimizer says; of the same spec it goes on as it
    // is. Null: the first step, with empty buffers, at the first rate of the schedule. Decays, norm
    // laws and schedules are those of the spec.
    Matrix step_of(const OptimizerSpec& optimizer,
                   const LayerOptimizer::State* held = nullptr) const;
    // Its direction at another length; what has none stays zero.
    static Matrix at_length(const Matrix& update, double length);

  private:
    double loss_now();  // of weights_

    std::shared_ptr<const Problem> problem_;
    std::vector<Matrix> weights_;
    std::size_t at_ = 0;  // the layer's place in weights_
    Objective objective_;
    ProbeSpec spec_;
    Cloned<Backpropagation> backpropagation_;
    Probe prober_;
    Matrix weight_, inputs_, gradient_;
    double loss_ = 0;
    ProbeResult probed_;
};

}  // namespace muonscope
