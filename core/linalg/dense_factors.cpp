#include "core/linalg/dense_factors.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <limits>

namespace muonscope {

SymmetricEigen symmetric_eigen(const Matrix& symmetric) {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(symmetric);
    return {solver.eigenvalues(), solver.eigenvectors()};
}

Vector symmetric_eigenvalues(const Matrix& symmetric) {
    return Eigen::SelfAdjointEigenSolver<Matrix>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

Matrix thin_q(const Matrix& a) {
    return Eigen::HouseholderQR<Matrix>(a).householderQ() * Matrix::Identity(a.rows(), a.cols());
}

Matrix full_q(const Matrix& a) {
    return Eigen::HouseholderQR<Matrix>(a).householderQ();
}

Matrix complete_basis(const Matrix& columns) {
    if (columns.rows() <= columns.cols()) return columns;
    Matrix basis = full_q(columns);
    basis.leftCols(columns.cols()) = columns;  // up to signs it was that already
    return basis;
}

Matrix inverse_cholesky_factor(const Matrix& symmetric) {
    const Eigen::LLT<Matrix> factors(symmetric);
    Matrix inverse = Matrix::Identity(symmetric.rows(), symmetric.cols());
    factors.matrixU().solveInPlace(inverse);
    return inverse;
}

Matrix least_squares(const Matrix& a, const Matrix& b) {
    Eigen::CompleteOrthogonalDecomposition<Matrix> factors;
    factors.setThreshold(std::numeric_limits<double>::epsilon() *
                         static_cast<double>(std::max(a.rows(), a.cols())));
    factors.compute(a);
    return factors.solve(b);
}

}  // namespace muonscope
