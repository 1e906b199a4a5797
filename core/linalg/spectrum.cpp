#include "core/linalg/spectrum.h"

#include <Eigen/SVD>
#include <cmath>
#include <limits>

namespace muonscope {

Spectrum::Spectrum(Eigen::Index max_rows, Eigen::Index max_cols)
    : bidiagonal_workspace_(max_rows, max_cols) {}

void Spectrum::singular_values(const Matrix& matrix, std::span<double> values) {
    Eigen::Map<Vector> result(values.data(), static_cast<Eigen::Index>(values.size()));
    if (!matrix.allFinite()) {
        result.setConstant(std::numeric_limits<double>::quiet_NaN());
        return;
    }
    result = Eigen::BDCSVD<Matrix>(matrix).singularValues();
}

Vector singular_values(const Matrix& matrix) {
    Vector values(std::min(matrix.rows(), matrix.cols()));
    Spectrum(matrix.rows(), matrix.cols())
        .singular_values(matrix, {values.data(), static_cast<std::size_t>(values.size())});
    return values;
}

// Signs: the entry of largest magnitude in each column of V is positive (the first of equal ones),
// so that one matrix gives one decomposition.
ThinSvd thin_svd(const Matrix& matrix) {
    const Eigen::Index rank = std::min(matrix.rows(), matrix.cols());
    if (!matrix.allFinite()) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        return {Matrix::Constant(matrix.rows(), rank, nan), Vector::Constant(rank, nan),
                Matrix::Constant(matrix.cols(), rank, nan)};
    }
    const Eigen::BDCSVD<Matrix> svd(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
    ThinSvd result{svd.matrixU(), svd.singularValues(), svd.matrixV()};
    for (Eigen::Index k = 0; k < rank; ++k) {
        Eigen::Index largest = 0;
        result.v.col(k).cwiseAbs().maxCoeff(&largest);
        if (result.v(largest, k) < 0) {
            result.u.col(k) *= -1.0;
            result.v.col(k) *= -1.0;
        }
    }
    return result;
}

Matrix polar_factor(const Matrix& matrix) {
    const ThinSvd svd = thin_svd(matrix);
    if (svd.s.size() == 0 || !std::isfinite(svd.s(0))) return matrix;
    const double cut = svd.s(0) * std::numeric_limits<double>::epsilon() *
                       static_cast<double>(std::max(matrix.rows(), matrix.cols()));
    const Eigen::Index rank = (svd.s.array() > cut).count();
    return svd.u.leftCols(rank) * svd.v.leftCols(rank).transpose();
}

}  // namespace muonscope
