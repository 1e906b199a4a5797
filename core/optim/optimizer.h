#pragma once

#include <cstdint>
#include <optional>

#include "core/base/types.h"
#include "core/linalg/orthogonaliser.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {

// What became of the gradients that a layer's buffers remember when its optimiser changed; none:
// there was nothing to remember. In this order the graver one speaks for several changes.
enum class MomentumFate { none, kept, converted, flushed };

// How many averages of the gradients the momentum buffer of this spec holds: heavy ball
// 1/(1 - mu), EMA 1; 0 where it has no such buffer.
double momentum_unit(const OptimizerSpec& spec);

// One layer's optimiser: W <- W + update, with the learning rate g of its own step (schedule.h).
// Coupled decay first adds lambda W to the gradient G. Then
//   SGD    heavy ball B = mu B + G, EMA B += (1 - mu)(G - B); Nesterov looks one step ahead:
//          G + mu B, or (1 - mu) G + mu B. Bias-corrected: B/(1 - mu^t) at its t-th gradient, with
//          Nesterov mu B/(1 - mu^(t + 1)) and the gradient's share/(1 - mu^t). update = -g B
//   Muon   the same buffer, then O = orthogonalised B. constant norm: g O times the shape scale;
//          matched: g O |B|/(|O| + 1e-7) (arXiv 2607.01124); dual: g <B, O> O, which for the exact
//          polar factor is g |B|_* O, the steepest descent step in the spectral norm; rms:
//          g O sqrt(out in)/|O|, entries of root mean square g
//   spectral power   O = U (S + 1e-12/lr)^p V^T of B = U S V^T over the numerical rank (the same
//          paper's spec_p); norms as Muon's, matched without the 1e-7
//   AdamW  m += (1 - b1)(G - m), v += (1 - b2)(G^2 - v), both divided by 1 - b^t;
//          update = -g m/(sqrt(v) + eps) (arXiv 1711.05101)
// and last the decoupled decay (weight_decay.h).
//
// What survives a switch is the average of the gradients: the buffer carries its unit, heavy ball
// 1/(1 - mu) averages and EMA one, and is brought into that of the spec before it is fed again. So
// Muon's path is the same with either, and SGD's up to 1/(1 - mu) in the rate, also when style or
// mu change on the way. AdamW's first moment is an average as well, and becomes the buffer of what
// follows. The other way its moments begin at zero: an old average over the root of a v that has
// seen one gradient would be no step of AdamW's.
// All memory is taken in the constructor or in reconfigure(), never in update(); only engines that
// decompose the matrix take their own.
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

    // What the next update depends on, beside the weight: the buffers in use and the clocks.
    const Matrix& momentum_buffer() const { return buffer_; }
    // How many averages the buffer holds: 1/(1 - mu) or 1 as it was last fed; 0: it is empty.
    double buffer_unit() const { return buffer_unit_; }
    // mu^t after t gradients: the share of the buffer that is still the zero it began with.
    double momentum_bias() const { return bias_; }
    const Matrix& first_moment() const { return first_; }    // empty unless AdamW
    const Matrix& second_moment() const { return second_; }  // empty unless AdamW
    std::int64_t moment_steps() const { return moment_steps_; }

  private:
    const Matrix& with_coupled_decay(const Matrix& gradient, const Matrix& weight);
    // The buffer takes the gradient; result, unless null: factor times the direction that follows.
    void feed_momentum(const Matrix& gradient, double factor, double* result);
    const Matrix& with_momentum(const Matrix& gradient);
    void descend(const Matrix& gradient, double rate, Matrix& update);
    MomentumFate pass_on_momentum(const OptimizerSpec& spec, bool keep_momentum);
    void adamw(const Matrix& gradient, double rate, Matrix& update);
    double norm_scale(const Matrix& direction, const Matrix& orthogonal) const;

    OptimizerSpec spec_;
    std::int64_t steps_ = 0, moment_steps_ = 0;
    double newest_rate_ = 0;
    Matrix buffer_, direction_;  // momentum; Nesterov's look ahead
    double buffer_unit_ = 0;
    double bias_ = 1;
    Matrix coupled_;         // G + lambda W; empty unless the decay is coupled
    Matrix first_, second_;  // AdamW's moments
    std::optional<Orthogonaliser> orthogonaliser_;
};

}  // namespace muonscope
