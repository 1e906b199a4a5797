#pragma once

#include <Eigen/Core>

namespace muonscope {

template <typename Scalar>
using DenseOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

// Products L R^T that the caller knows to be symmetric: X X^T, or A B of symmetric A and B that
// commute. Only tiles that meet the lower triangle are computed, and mirrored: nearly half the
// work. float and double.
template <typename Scalar>
class SymmetricProduct {
  public:
    // For factors of at most n x k; takes its memory once.
    SymmetricProduct(Eigen::Index n, Eigen::Index k);

    // result = left * right^T, both n x k; result: n x n already, and another matrix.
    void multiply(const DenseOf<Scalar>& left, const DenseOf<Scalar>& right,
                  DenseOf<Scalar>& result) {
        compute(left, right, 1, nullptr, 0, result);
    }
    // result = alpha left * right^T + beta other, with a symmetric other, n x n.
    void combine(Scalar alpha, const DenseOf<Scalar>& left, const DenseOf<Scalar>& right,
                 Scalar beta, const DenseOf<Scalar>& other, DenseOf<Scalar>& result) {
        compute(left, right, alpha, &other, beta, result);
    }

  private:
    void compute(const DenseOf<Scalar>& left, const DenseOf<Scalar>& right, Scalar alpha,
                 const DenseOf<Scalar>* other, Scalar beta, DenseOf<Scalar>& result);

    // A slice of each factor, panel by panel, as the tiles read them.
    Eigen::Matrix<Scalar, Eigen::Dynamic, 1> left_, right_;
};

// Multiply-adds that it computes.
double symmetric_multiply_adds(Eigen::Index n, Eigen::Index k);

}  // namespace muonscope
