#include "core/linalg/matrix_product.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/linalg/types.h"

namespace muonscope {
namespace {

using Eigen::Index;

template <typename Scalar>
DenseOf<Scalar> not_a_number(Index rows, Index cols) {
    return DenseOf<Scalar>::Constant(rows, cols, std::numeric_limits<Scalar>::quiet_NaN());
}

// Entries of factors lie in [-1, 1]; sums of `depth` products are off by less than this.
template <typename Scalar>
double rounding(Index depth) {
    return 4. * static_cast<double>(depth) * std::numeric_limits<Scalar>::epsilon();
}

template <typename Scalar>
double largest_difference(const DenseOf<Scalar>& result, const DenseOf<double>& expected) {
    return (result.template cast<double>() - expected).cwiseAbs().maxCoeff();
}

// Whole tiles, tiles that end early, more rows and more depth than one block; what is not written
// stays NaN and shows.
template <typename Scalar>
void expect_plain_products() {
    MatrixProduct<Scalar> product;
    for (Index rows : {1, 3, 8, 24, 65, 300})
        for (Index depth : {1, 9, 64, 257, 600})
            for (Index cols : {1, 2, 7, 8, 33, 130}) {
                const DenseOf<Scalar> a = DenseOf<Scalar>::Random(rows, depth),
                                      b = DenseOf<Scalar>::Random(depth, cols);
                const DenseOf<Scalar> at = a.transpose(), bt = b.transpose();
                const DenseOf<double> expected =
                    a.template cast<double>() * b.template cast<double>();
                const double limit = rounding<Scalar>(depth);
                DenseOf<Scalar> result = not_a_number<Scalar>(rows, cols);
                product.multiply(a, b, result);
                EXPECT_LT(largest_difference(result, expected), limit)
                    << rows << " x " << depth << " x " << cols;
                const DenseOf<Scalar> plain = result;

                // The same bits, whichever factor is given as a transpose; Eigen, to whom very
                // small products are left, does not promise that.
                const bool tiled = rows >= 8 && cols >= 8 && rows * depth * cols >= 27000;
                for (int which = 1; which < 4; ++which) {
                    result = not_a_number<Scalar>(rows, cols);
                    const auto left = which & 1 ? Factor<Scalar>(at.transpose()) : a;
                    const auto right = which & 2 ? Factor<Scalar>(bt.transpose()) : b;
                    product.multiply(left, right, result);
                    if (tiled)
                        EXPECT_EQ(result, plain)
                            << rows << " x " << depth << " x " << cols << ", " << which;
                    else
                        EXPECT_LT(largest_difference(result, expected), limit)
                            << rows << " x " << depth << " x " << cols << ", " << which;
                }
            }
}

TEST(MatrixProduct, it_is_the_plain_product) {
    expect_plain_products<float>();
    expect_plain_products<double>();
}

TEST(MatrixProduct, another_matrix_is_added_once) {
    for (Index rows : {20, 90, 280})
        for (Index depth : {30, 700}) {
            const Matrix a = Matrix::Random(rows, depth), b = Matrix::Random(depth, 45);
            const Matrix other = Matrix::Random(rows, 45);
            const Matrix expected = .5 * other - 3 * a * b;
            MatrixProduct<double> product(rows, depth);
            Matrix result = not_a_number<double>(rows, 45);
            product.combine(-3, a, b, .5, other, result);
            EXPECT_LT((result - expected).cwiseAbs().maxCoeff(), 3 * rounding<double>(depth));
            // Onto itself.
            result = other;
            product.combine(-3, a, b, .5, result, result);
            EXPECT_LT((result - expected).cwiseAbs().maxCoeff(), 3 * rounding<double>(depth));
        }
}

TEST(MatrixProduct, blocks_of_larger_matrices_are_factors_and_results) {
    const Matrix a = Matrix::Random(50, 40), b = Matrix::Random(40, 60);
    Matrix result = Matrix::Constant(70, 80, 7);
    auto target = result.block(3, 5, 30, 20);
    MatrixProduct<double> product;
    product.multiply(a.block(10, 2, 30, 35), b.block(4, 30, 35, 20), target);
    const Matrix expected = a.block(10, 2, 30, 35) * b.block(4, 30, 35, 20);
    EXPECT_LT((target - expected).norm(), 1e-12);
    target.setConstant(7);
    EXPECT_EQ(result, Matrix::Constant(70, 80, 7)) << "something was written beside the block";
}

// An entry that is not finite reaches its row or its column and nothing else.
TEST(MatrixProduct, infinity_stays_where_it_belongs) {
    Matrix a = Matrix::Random(29, 11);
    const Matrix b = Matrix::Random(11, 13);
    a(28, 4) = std::numeric_limits<double>::infinity();
    Matrix result(29, 13);
    MatrixProduct<double>().multiply(a, b, result);
    EXPECT_TRUE(result.topRows(28).allFinite());
    EXPECT_FALSE(result.row(28).array().isFinite().any());
}

template <typename Scalar>
void expect_symmetric_products() {
    for (Index n : {1, 7, 15, 16, 57, 64, 65, 100, 129, 290})
        for (Index k : {1, 5, 64, 257, 600}) {
            const DenseOf<Scalar> x = DenseOf<Scalar>::Random(n, k);
            MatrixProduct<Scalar> product(n, k);
            DenseOf<Scalar> result = not_a_number<Scalar>(n, n), plain = result;
            product.multiply_symmetric(x, x.transpose(), result);
            product.multiply(x, x.transpose(), plain);
            EXPECT_EQ(result, plain) << n << " x " << k;
        }
}

TEST(MatrixProduct, half_of_a_symmetric_product_is_all_of_it) {
    expect_symmetric_products<float>();
    expect_symmetric_products<double>();
}

TEST(MatrixProduct, symmetric_factors_that_commute_may_differ) {
    const Matrix x = Matrix::Random(80, 80);
    const Matrix a = x * x.transpose(), b = a * a;
    Matrix result(80, 80);
    MatrixProduct<double> product(80, 80);
    product.multiply_symmetric(a, b, result);
    EXPECT_LT((result - a * b).norm(), 1e-13 * result.norm());
    EXPECT_EQ(result, Matrix(result.transpose()));
    product.combine_symmetric(2, a, b, -1, a, result);
    EXPECT_LT((result - (2 * a * b - a)).norm(), 1e-13 * result.norm());
}

TEST(MatrixProduct, half_the_multiply_adds_are_counted_where_half_is_computed) {
    EXPECT_EQ(symmetric_multiply_adds(10, 7), 700);
    EXPECT_EQ(symmetric_multiply_adds(100, 7), 5050 * 7);
}

}  // namespace
}  // namespace muonscope
