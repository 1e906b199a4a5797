#pragma once

#include "core/linalg/types.h"

// Sums over the entries of a step's matrices, each in one fixed order: entry i is added to the
// (i mod 8)th of eight partial sums. So the bits are the same on every processor,
// and one pass over the memory gives all of them.
namespace muonscope {

// |M|^2. Infinite or NaN where an entry is, and where the square overflows.
double square_sum(const Matrix& matrix);

struct StepSums {
    double moved_square = 0;     // |W + dW|^2
    double update_square = 0;    // |dW|^2
    double update_gradient = 0;  // <dW, G>
};
// All three of one shape.
StepSums step_sums(const Matrix& weight, const Matrix& update, const Matrix& gradient);

}  // namespace muonscope
