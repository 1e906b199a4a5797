#include <gtest/gtest.h>

#include "core/linalg/dense_factors.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

// Each factor by what defines it.
namespace muonscope {
namespace {

Matrix drawn(Eigen::Index rows, Eigen::Index cols) {
    return Generator(7, Purpose::target).normal_matrix(rows, cols);
}

double away_from_identity(const Matrix& product) {
    return (product - Matrix::Identity(product.rows(), product.cols())).norm();
}

TEST(DenseFactors, of_a_symmetric_matrix_are_its_eigenvectors_smallest_value_first) {
    const Matrix half = drawn(9, 9), symmetric = half + half.transpose();
    const SymmetricEigen eigen = symmetric_eigen(symmetric);
    EXPECT_LT(away_from_identity(eigen.vectors.transpose() * eigen.vectors), 1e-13);
    EXPECT_LT((symmetric * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).norm(),
              1e-13 * symmetric.norm());
    for (Eigen::Index k = 1; k < 9; ++k) EXPECT_LE(eigen.values(k - 1), eigen.values(k));
    EXPECT_LT((symmetric_eigenvalues(symmetric) - eigen.values).norm(), 1e-13 * symmetric.norm());
    // Of the lower triangle alone.
    const Matrix lower = symmetric.triangularView<Eigen::Lower>();
    EXPECT_EQ(symmetric_eigen(lower).values, eigen.values);
}

TEST(DenseFactors, q_spans_what_its_matrix_does) {
    const Matrix a = drawn(11, 4), q = thin_q(a), all = full_q(a);
    ASSERT_EQ(q.cols(), 4);
    ASSERT_EQ(all.cols(), 11);
    EXPECT_LT(away_from_identity(q.transpose() * q), 1e-13);
    EXPECT_LT(away_from_identity(all.transpose() * all), 1e-13);
    EXPECT_LT((a - q * (q.transpose() * a)).norm(), 1e-13 * a.norm());
    EXPECT_LT((all.leftCols(4) - q).norm(), 1e-13);
}

TEST(DenseFactors, a_completed_basis_keeps_its_columns_to_the_bit) {
    const Matrix columns = thin_q(drawn(8, 3)), basis = complete_basis(columns);
    ASSERT_EQ(basis.cols(), 8);
    EXPECT_EQ(Matrix(basis.leftCols(3)), columns);
    EXPECT_LT(away_from_identity(basis.transpose() * basis), 1e-13);
    EXPECT_EQ(complete_basis(basis), basis);
}

// The pseudo-inverse's, by the singular values of a matrix of rank 3.
TEST(DenseFactors, least_squares_is_the_shortest_of_the_best) {
    const Matrix a = drawn(10, 3) * drawn(3, 6), b = drawn(10, 2);
    const ThinSvd svd = thin_svd(a);
    const Matrix expected = svd.v.leftCols(3) * svd.s.head(3).cwiseInverse().asDiagonal() *
                            svd.u.leftCols(3).transpose() * b;
    EXPECT_LT((least_squares(a, b) - expected).norm(), 1e-12 * expected.norm());
}

}  // namespace
}  // namespace muonscope
