#pragma once

#include "core/base/types.h"
#include "core/experiment/problem.h"

// The loss as a function of the product alone.
namespace muonscope {

// The gradient of the loss of all data with respect to the product P of a linear net, out x in:
// (P X − Y) Xᵀ times loss_per_half_square(), or as its columns and its cross-entropy have it. A
// layer's own gradient is this between the products of the layers above it and below it,
// transposed. Empty where tanh lies between the layers.
Matrix product_gradient(const Problem& problem, const Matrix& product);

}  // namespace muonscope
