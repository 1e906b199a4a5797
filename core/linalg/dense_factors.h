#pragma once

#include "core/base/types.h"

// Factors of dense matrices, each compiled in one place: whoever wants one would otherwise compile
// Eigen's algorithm again, for a dozen seconds.
namespace muonscope {

// S = Q diag(values) Q^T of a symmetric matrix, of which the lower triangle is read; values
// smallest first, Q's columns orthonormal.
struct SymmetricEigen {
    Vector values;
    Matrix vectors;
};
SymmetricEigen symmetric_eigen(const Matrix& symmetric);
Vector symmetric_eigenvalues(const Matrix& symmetric);

// Q of A = Q R by Householder's reflections: with A's columns (rows >= cols), or all of it, square.
Matrix thin_q(const Matrix& a);
Matrix full_q(const Matrix& a);
// Orthonormal columns and as many more as make them a square basis.
Matrix complete_basis(const Matrix& columns);

// R^-1, upper triangular with a positive diagonal, of a positive definite S = R^T R, of which the
// lower triangle is read.
Matrix inverse_cholesky_factor(const Matrix& symmetric);

// X of the least norm among those that |A X - B|_F is smallest for, over A's numerical rank
// (epsilon times the longer side).
Matrix least_squares(const Matrix& a, const Matrix& b);

}  // namespace muonscope
