#pragma once

#include <Eigen/SVD>
#include <algorithm>
#include <limits>

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
    explicit CheckedSvd(const Dense& a) {
        take(Eigen::BDCSVD<Dense>(a, Eigen::ComputeThinU | Eigen::ComputeThinV));
        const auto size = static_cast<Scalar>(std::max<Eigen::Index>(a.rows(), a.cols()));
        if (!(defect(a) < 100 * size * std::numeric_limits<Scalar>::epsilon()))
            take(Eigen::JacobiSVD<Dense>(a, Eigen::ComputeThinU | Eigen::ComputeThinV));
    }

    // How far the three are from holding, as Frobenius norms; the last in units of s_1.
    Scalar defect(const Dense& a) const {
        const Eigen::Index r = s.size();
        const Dense unit = Dense::Identity(r, r);
        const Scalar left = (u.transpose() * u - unit).norm();
        const Scalar right = (v.transpose() * v - unit).norm();
        const Scalar residual = (a * v - u * s.asDiagonal()).norm();
        const Scalar largest = r > 0 ? s(0) : Scalar(0);
        return std::max({left, right, largest > 0 ? residual / largest : residual});
    }

  private:
    template <typename Svd>
    void take(const Svd& svd) {
        u = svd.matrixU();
        s = svd.singularValues();
        v = svd.matrixV();
    }
};

}  // namespace muonscope
