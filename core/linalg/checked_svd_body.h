#pragma once

#include <Eigen/SVD>
#include <algorithm>
#include <limits>

#include "core/linalg/checked_svd.h"
#include "core/linalg/perturbed_column.h"

// What both precisions share; each is compiled in a file of its own, which takes a minute.

#if !EIGEN_VERSION_AT_LEAST(3, 4, 90)
// Eigen 3.4.0 reads in front of its list of kept entries when an entry of the first column is too
// small to be kept and yet not zero: the index found there leads anywhere in memory. Such an entry
// is deflated, so its singular vectors are unit vectors, which a zero here asks for.
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

template <typename Scalar>
CheckedSvd<Scalar>::CheckedSvd(const Dense& a) {
    const auto take = [this](const auto& svd) {
        u = svd.matrixU();
        s = svd.singularValues();
        v = svd.matrixV();
    };
    take(Eigen::BDCSVD<Dense>(a, Eigen::ComputeThinU | Eigen::ComputeThinV));
    const auto size = static_cast<Scalar>(std::max<Eigen::Index>(a.rows(), a.cols()));
    if (!(defect(a) < 100 * size * std::numeric_limits<Scalar>::epsilon()))
        take(Eigen::JacobiSVD<Dense>(a, Eigen::ComputeThinU | Eigen::ComputeThinV));
}

template <typename Scalar>
Scalar CheckedSvd<Scalar>::defect(const Dense& a) const {
    const Eigen::Index r = s.size();
    const Dense unit = Dense::Identity(r, r);
    const Scalar left = (u.transpose() * u - unit).norm();
    const Scalar right = (v.transpose() * v - unit).norm();
    const Scalar residual = (a * v - u * s.asDiagonal()).norm();
    const Scalar largest = r > 0 ? s(0) : Scalar(0);
    return std::max({left, right, largest > 0 ? residual / largest : residual});
}

}  // namespace muonscope
