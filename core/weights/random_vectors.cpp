#include "core/weights/random_vectors.h"

#include "core/base/progress.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/matrix_product.h"

namespace muonscope {

namespace {

// A (A^T A)^(-1/2) in the sense of Cholesky: A R^-1 with A^T A = R^T R.
Matrix divided_by_its_r(const Matrix& a) {
    MatrixProduct<double> product;
    work_point();
    Matrix gram(a.cols(), a.cols());
    product.multiply_symmetric(a.transpose(), a, gram);
    work_point();
    const Matrix inverse = inverse_cholesky_factor(gram);
    work_point();
    Matrix divided(a.rows(), a.cols());
    product.multiply(a, inverse, divided);
    return divided;
}

}  // namespace

Matrix random_vectors(Generator& generator, Eigen::Index rows, Eigen::Index cols) {
    // A normal matrix this tall has a condition of at most about 3, which squared loses nothing
    // that the second turn does not bring back. A nearly square one has any.
    constexpr Eigen::Index tall = 4;
    if (rows < tall * cols) return generator.orthogonal_matrix(rows, cols);
    return divided_by_its_r(divided_by_its_r(generator.normal_matrix(rows, cols)));
}

}  // namespace muonscope
