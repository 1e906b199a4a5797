#pragma once

#include "core/base/types.h"

namespace muonscope {

// Gauss-Newton matrix of softmax regression's mean cross-entropy over vec(B), B: width x classes:
//   G = J^T S J / n = 1/n sum_i (diag(p_i) - p_i p_i^T) (x) h_i h_i^T.
// features: n x width, one sample a row; probabilities: n x classes. Positive semidefinite, and
// singular: adding the same column to all of B changes no probability.
Matrix gauss_newton_matrix(const Matrix& features, const Matrix& probabilities);

// How much one step of gradient descent lowers the loss to second order:
// lr |g|^2 - 1/2 lr^2 g^T G g. gradient: width x classes.
double predicted_drop(const Matrix& gradient, const Matrix& gauss_newton, double lr);

// exp(-sum p ln p)/count over the eigenvalues above 1e-10 of the largest, p = value/sum
// (arXiv 2607.01124). Zero matrix: 0.
double gauss_newton_flatness(const Matrix& gauss_newton);

}  // namespace muonscope
