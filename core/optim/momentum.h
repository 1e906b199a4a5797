#pragma once

#include "core/base/types.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {

// How many averages of the gradients the momentum buffer of this spec holds: heavy ball
// 1/(1 - mu), EMA 1; 0 where it has no such buffer.
double momentum_unit(const OptimizerSpec& spec);

// How much further updates by such a buffer wander than independent ones as long, in squared
// length: (sum of c_k)^2 / (sum of c_k^2) for u = sum c_k g_(t-k).
double momentum_correlation_of_the_buffer(const OptimizerSpec& spec);

// The buffer that kinds with momentum share: heavy ball B = mu B + G, EMA B += (1 - mu)(G - B);
// Nesterov looks one step ahead: G + mu B, or (1 - mu) G + mu B. Bias-corrected: B/(1 - mu^t) at
// its t-th gradient, with Nesterov mu B/(1 - mu^(t + 1)) and the gradient's share/(1 - mu^t).
struct Momentum {
    Matrix buffer;
    // How many averages the buffer holds: 1/(1 - mu) or 1 as it was last fed; 0: it is empty.
    double unit = 0;
    // mu^t after t gradients: the share of the buffer that is still the zero it began with.
    double bias = 1;
    Matrix looked_ahead;  // no state: room for the direction

    Momentum(Eigen::Index rows, Eigen::Index cols)
        : buffer(Matrix::Zero(rows, cols)), looked_ahead(Matrix::Zero(rows, cols)) {}

    void clear();
    // Takes the gradient in; result, unless null: factor times the direction that follows.
    void feed(const OptimizerSpec& spec, const Matrix& gradient, double factor, double* result);
    // Takes the gradient in and returns the direction that follows; without momentum the gradient.
    const Matrix& direction(const OptimizerSpec& spec, const Matrix& gradient);
};

}  // namespace muonscope
