#pragma once

#include <memory>
#include <optional>

#include "core/experiment/spec.h"
#include "core/linalg/newton_schulz.h"
#include "core/linalg/types.h"

namespace muonscope {

// One layer's optimiser: W <- W + update, update = -lr * direction(gradient, buffer).
//   SGD    heavy ball B = mu B + G, EMA B += (1 - mu)(G - B); Nesterov looks one step ahead
//   Muon   the same buffer, then O = NS_k(B); constant norm: lr O times the shape scale;
//          matched: lr O |B| / (|O| + 1e-7)  (arXiv 2607.01124; with momentum |B| is the
//          momentum's norm)
//   spectral power   O = U (S + 1e-12/lr)^p V^T of B = U S V^T; constant norm as Muon's; matched:
//          lr O |B| / |O|  (the same paper's spec_p)
// All memory is taken in the constructor or in reconfigure(), never in update(); only the singular
// value decomposition of spectral power takes its own.
class LayerOptimizer {
  public:
    LayerOptimizer(Eigen::Index rows, Eigen::Index cols, const OptimizerSpec& spec);

    // Takes another spec while training; the momentum buffer stays unless keep_momentum is false.
    void reconfigure(const OptimizerSpec& spec, bool keep_momentum);
    const OptimizerSpec& spec() const { return spec_; }

    // update: what to add to W; must already have the gradient's shape, and be another matrix.
    void update(const Matrix& gradient, Matrix& update);

    const Matrix& momentum_buffer() const { return buffer_; }

  private:
    OptimizerSpec spec_;
    Matrix buffer_, direction_;  // momentum; Nesterov's look ahead
    std::optional<NewtonSchulz> newton_schulz_;
};

}  // namespace muonscope
