#pragma once

#include <span>

#include "core/linalg/types.h"

namespace muonscope {

// Singular values only, largest first, for matrices up to the constructor's shape; takes its
// memory once. Absolute error is a small multiple of machine epsilon times the largest one.
class Spectrum {
  public:
    Spectrum(Eigen::Index max_rows, Eigen::Index max_cols);

    // values: min(rows, cols) doubles. A matrix with a NaN or infinity gives NaN throughout.
    void singular_values(const Matrix& matrix, std::span<double> values);

  private:
    Matrix bidiagonal_workspace_;
    Vector diagonal_, superdiagonal_;
};

Vector singular_values(const Matrix& matrix);

struct ThinSvd {
    Matrix u;  // rows x r
    Vector s;  // r, largest first
    Matrix v;  // cols x r
};
ThinSvd thin_svd(const Matrix& matrix);

// The exact polar factor U V^T over the numerical rank: the nearest (semi-)orthogonal matrix.
Matrix polar_factor(const Matrix& matrix);

}  // namespace muonscope
