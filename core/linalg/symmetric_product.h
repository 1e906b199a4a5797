#pragma once

#include <Eigen/Core>

namespace muonscope {

template <typename Scalar>
using DenseOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

// result = left * right^T, both n x k, where the caller knows the result to be symmetric: X X^T, or
// A B of symmetric A and B that commute. result: n x n already, and another matrix.
template <typename Scalar>
void symmetric_product(const DenseOf<Scalar>& left, const DenseOf<Scalar>& right,
                       DenseOf<Scalar>& result);

// Multiply-adds that it computes.
double symmetric_multiply_adds(Eigen::Index n, Eigen::Index k);

}  // namespace muonscope
