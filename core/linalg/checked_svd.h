#pragma once

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#if !EIGEN_VERSION_AT_LEAST(3, 4, 90)
// Eigen 3.4.0 reads in front of its list of kept entries when an entry of the first column is too
// small to be kept and yet not zero: the index found there leads anywhere in memory. Such an entry
// is deflated, so its singular vectors are unit vectors, which a zero here asks for.
namespace muonscope::detail {

// The first column that has exactly the singular values found: Gu & Eisenstat 1995, equation (3.6).
template <typename Values, typename Kept, typename Singular>
void perturbed_first_column(const Values& column, const Values& diagonal, const Kept& kept,
                            const Singular& singular, const Values& shifts, const Values& offsets,
                            Values& result) {
    using Scalar = typename Values::Scalar;
    result.setZero();
    const Eigen::Index count = kept.size();
    if (count == 0) return;
    const Eigen::Index last = kept(count - 1);
    for (Eigen::Index own = 0; own < count; ++own) {
        const Eigen::Index k = kept(own);
        const Scalar d = diagonal(k);
        Scalar square = (singular(last) + d) * (offsets(last) + (shifts(last) - d));
        for (Eigen::Index l = 0; l < count; ++l) {
            if (l == own) continue;
            const Eigen::Index i = kept(l), j = l < own ? i : kept(l - 1);
            square *= ((singular(j) + d) / (diagonal(i) + d)) *
                      ((offsets(j) + (shifts(j) - d)) / (diagonal(i) - d));
        }
        result(k) = std::copysign(std::sqrt(square), column(k));
    }
}

}  // namespace muonscope::detail

namespace Eigen {

template <>
inline void BDCSVD<MatrixXd>::perturbCol0(const ArrayRef& col0, const ArrayRef& diag,
                                          const IndicesRef& perm, const VectorType& singVals,
                                          const ArrayRef& shifts, const ArrayRef& mus,
                                          ArrayRef zhat) {
    muonscope::detail::perturbed_first_column(col0, diag, perm, singVals, shifts, mus, zhat);
}

template <>
inline void BDCSVD<MatrixXf>::perturbCol0(const ArrayRef& col0, const ArrayRef& diag,
                                          const IndicesRef& perm, const VectorType& singVals,
                                          const ArrayRef& shifts, const ArrayRef& mus,
                                          ArrayRef zhat) {
    muonscope::detail::perturbed_first_column(col0, diag, perm, singVals, shifts, mus, zhat);
}

}  // namespace Eigen
#endif

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
