#pragma once

#include <Eigen/Core>

namespace muonscope {

// A = U S V^T, thin: U rows x r, S largest first, V cols x r.
template <typename Scalar>
struct CheckedSvd {
    using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
    Dense u;
    Eigen::Matrix<Scalar, Eigen::Dynamic, 1> s;
    Dense v;

    // Eigen 3.4's divide and conquer, checked: on matrices whose singular values are equal or
    // nearly so its deflation can lose half of the digits, depending on how it was compiled. Where
    // U^T U = I, V^T V = I and A V = U S do not hold to rounding, one-sided Jacobi takes over.
    explicit CheckedSvd(const Dense& a);

    // How far the three are from holding, as Frobenius norms; the last in units of s_1.
    Scalar defect(const Dense& a) const;
};

extern template struct CheckedSvd<double>;
extern template struct CheckedSvd<float>;

// The values alone, largest first, by one-sided Jacobi.
Eigen::VectorXd jacobi_singular_values(const Eigen::MatrixXd& a);

}  // namespace muonscope
