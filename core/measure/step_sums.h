#pragma once

#include "core/base/types.h"

// Sums over the entries of a step's matrices, with the same bits on every processor (kernels.h).
namespace muonscope {

struct StepSums {
    double moved_square = 0;     // |W + dW|^2
    double update_square = 0;    // |dW|^2
    double update_gradient = 0;  // <dW, G>
};
// All three of one shape.
StepSums step_sums(const Matrix& weight, const Matrix& update, const Matrix& gradient);

}  // namespace muonscope
