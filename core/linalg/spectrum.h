#pragma once

#include <algorithm>
#include <limits>
#include <span>

#include "core/base/types.h"

namespace muonscope {

// Singular values only, largest first, for matrices up to the constructor's shape (or its
// transpose); takes its memory once. Absolute error is a small multiple of machine epsilon times
// the largest one. Householder bidiagonalisation (Golub, Kahan 1965) in two passes over the matrix
// a column, then dqds (Fernando, Parlett 1994).
class Spectrum {
  public:
    Spectrum(Eigen::Index max_rows, Eigen::Index max_cols);

    // values: min(rows, cols) doubles. A matrix with a NaN or infinity gives NaN throughout.
    void singular_values(const Matrix& matrix, std::span<double> values);

  private:
    void bidiagonalise(Eigen::Index rows, Eigen::Index cols);

    Matrix columns_;                       // a copy, its rows padded to whole packs
    Vector left_, left_next_, right_;      // reflectors u, u' of the next column, v
    Vector product_;                       // z = A v
    Vector left_weights_, right_weights_;  // what each column loses of u and of z
    Vector diagonal_, superdiagonal_;
    Vector q_, e_, q_next_, e_next_;  // dqds
};

Vector singular_values(const Matrix& matrix);

struct ThinSvd {
    Matrix u;  // rows x r
    Vector s;  // r, largest first
    Matrix v;  // cols x r
};
// Which of u_k, v_k and -u_k, -v_k. fixed: in each column of V the entry of largest magnitude is
// positive, so that one matrix gives one decomposition. householder: as the reduction to bidiagonal
// form leaves them, which is what LAPACK gives, and so PyTorch and NumPy.
enum class Signs { fixed, householder };
// r = min(rows, cols). A matrix with a NaN or infinity gives NaN throughout.
ThinSvd thin_svd(const Matrix& matrix, Signs signs = Signs::fixed);

// How many of a rows x cols matrix's singular values, largest first, are more than the rounding of
// zero: more than epsilon max(rows, cols) s_1, epsilon that of `Scalar`. What NumPy's matrix_rank
// and lstsq count too. 0 for a zero matrix and where a value is not finite.
template <typename Scalar>
Eigen::Index numerical_rank(std::span<const Scalar> values, Eigen::Index rows, Eigen::Index cols) {
    if (values.empty()) return 0;
    const Scalar cut = values.front() * std::numeric_limits<Scalar>::epsilon() *
                       static_cast<Scalar>(std::max(rows, cols));
    return std::count_if(values.begin(), values.end(), [cut](Scalar s) { return s > cut; });
}
template <typename Scalar>
Eigen::Index numerical_rank(const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& values,
                            Eigen::Index rows, Eigen::Index cols) {
    return numerical_rank(std::span<const Scalar>(values.data(), values.size()), rows, cols);
}

// The exact polar factor U V^T over the numerical rank: the nearest (semi-)orthogonal matrix.
Matrix polar_factor(const Matrix& matrix);

}  // namespace muonscope
