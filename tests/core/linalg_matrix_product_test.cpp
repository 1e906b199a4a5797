#include "core/linalg/matrix_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/base/types.h"
#include "core/linalg/kernels/level.h"
#include "tests/sanitized.h"

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

// The definition of kernels.h, a number at a time.
template <typename Scalar>
DenseOf<Scalar> by_definition(const DenseOf<Scalar>& a, const DenseOf<Scalar>& b, Scalar alpha,
                              Scalar beta, const DenseOf<Scalar>* other) {
    DenseOf<Scalar> result(a.rows(), b.cols());
    for (Index j = 0; j < b.cols(); ++j)
        for (Index i = 0; i < a.rows(); ++i) {
            Index k = 0;
            do {
                Scalar sum = 0;
                for (const Index end = std::min(k + 256, a.cols()); k < end; ++k)
                    sum = std::fma(a(i, k), b(k, j), sum);
                sum *= alpha;
                if (k > 256)
                    sum += result(i, j);
                else if (other)
                    sum = std::fma(beta, (*other)(i, j), sum);
                result(i, j) = sum;
            } while (k < a.cols());
        }
    return result;
}

// Equal, or both not a number.
template <typename Scalar>
bool same(const DenseOf<Scalar>& a, const DenseOf<Scalar>& b) {
    return (a.array() == b.array() || (a.array().isNaN() && b.array().isNaN())).all();
}

// Whole tiles, tiles that end early, more rows and more depth than one block; what is not written
// stays NaN and shows. The same bits at every level, whichever factor is given as a transpose.
template <typename Scalar>
void expect_plain_products() {
    MatrixProduct<Scalar> product;
    // A sanitizer has seen what there is to see after a second block's first step.
    const std::vector<Index> depths =
        sanitized ? std::vector<Index>{1, 9, 64, 257} : std::vector<Index>{1, 9, 64, 257, 600};
    for (Index rows : {1, 3, 8, 24, 65, 300})
        for (Index depth : depths)
            for (Index cols : {1, 2, 7, 8, 33, 130}) {
                const DenseOf<Scalar> a = DenseOf<Scalar>::Random(rows, depth),
                                      b = DenseOf<Scalar>::Random(depth, cols);
                const DenseOf<Scalar> at = a.transpose(), bt = b.transpose();
                const DenseOf<double> expected =
                    a.template cast<double>() * b.template cast<double>();
                const DenseOf<Scalar> bits = by_definition<Scalar>(a, b, 1, 0, nullptr);
                EXPECT_LT(largest_difference(bits, expected), rounding<Scalar>(depth));
                for (const Level level : levels_here()) {
                    const ScopedLevel here(level);
                    for (int which = 0; which < 4; ++which) {
                        DenseOf<Scalar> result = not_a_number<Scalar>(rows, cols);
                        const auto left = which & 1 ? Factor<Scalar>(at.transpose()) : a;
                        const auto right = which & 2 ? Factor<Scalar>(bt.transpose()) : b;
                        product.multiply(left, right, result);
                        EXPECT_EQ(result, bits) << rows << " x " << depth << " x " << cols << ", "
                                                << which << ", " << level_name(level);
                    }
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
            const Matrix bits = by_definition<double>(a, b, -3, .5, &other);
            EXPECT_LT((bits - expected).cwiseAbs().maxCoeff(), 3 * rounding<double>(depth));
            for (const Level level : levels_here()) {
                const ScopedLevel here(level);
                MatrixProduct<double> product(rows, depth);
                Matrix result = not_a_number<double>(rows, 45);
                product.combine(-3, a, b, .5, other, result);
                EXPECT_EQ(result, bits) << level_name(level);
                // Onto itself.
                result = other;
                product.combine(-3, a, b, .5, result, result);
                EXPECT_EQ(result, bits) << level_name(level);
            }
        }
}

// Zeros, numbers too small or too large for exact products of halves, and what is not finite.
template <typename Scalar>
void expect_every_kind_of_number() {
    using Limits = std::numeric_limits<Scalar>;
    const Scalar tiny = Limits::denorm_min(), least = Limits::min(), most = Limits::max(),
                 root = std::sqrt(Limits::min()), small = Limits::epsilon();
    const std::vector<Scalar> kinds{0,
                                    -Scalar(0),
                                    1,
                                    -1,
                                    tiny,
                                    -tiny,
                                    least,
                                    -least,
                                    most,
                                    -most,
                                    root,
                                    -root,
                                    1 + small,
                                    -small / 2,
                                    1 / root,
                                    Limits::infinity(),
                                    Limits::quiet_NaN()};
    const auto count = static_cast<Index>(kinds.size());
    // Every pair meets every sum of a pair, and some sums are long.
    DenseOf<Scalar> a(count * count, 7), b(7, count);
    for (Index i = 0; i < a.rows(); ++i)
        for (Index k = 0; k < 7; ++k)
            a(i, k) = kinds[k == 0   ? i % count
                            : k == 1 ? i / count
                                     : (i * (k + 3) + k) % (count - 2)];
    for (Index j = 0; j < count; ++j)
        for (Index k = 0; k < 7; ++k)
            b(k, j) = kinds[k < 2 ? (j + 5 * k) % count : (j * (k + 1) + k) % (count - 2)];
    for (const Index depth : {1, 2, 7}) {
        const DenseOf<Scalar> left = a.leftCols(depth), right = b.topRows(depth);
        const DenseOf<Scalar> expected = by_definition<Scalar>(left, right, 1, 0, nullptr);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            DenseOf<Scalar> result(a.rows(), count);
            MatrixProduct<Scalar>().multiply(left, right, result);
            EXPECT_TRUE(same(result, expected)) << depth << ", " << level_name(level);
        }
    }
}

TEST(MatrixProduct, every_kind_of_number_gives_the_same_bits_at_every_level) {
    expect_every_kind_of_number<float>();
    expect_every_kind_of_number<double>();
}

TEST(MatrixProduct, a_sum_of_nothing_is_zero) {
    const Matrix a(5, 0), b(0, 3), other = Matrix::Random(5, 3);
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        Matrix result = not_a_number<double>(5, 3);
        MatrixProduct<double>().multiply(a, b, result);
        EXPECT_EQ(result, Matrix::Zero(5, 3));
        MatrixProduct<double>().combine(1, a, b, 2, other, result);
        EXPECT_EQ(result, 2 * other);
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
    const std::vector<Index> depths =
        sanitized ? std::vector<Index>{1, 5, 257} : std::vector<Index>{1, 5, 64, 257, 600};
    for (Index n : {1, 7, 15, 16, 57, 64, 65, 100, 129, 290})
        for (Index k : depths) {
            const DenseOf<Scalar> x = DenseOf<Scalar>::Random(n, k);
            MatrixProduct<Scalar> product(n, k);
            for (const Level level : levels_here()) {
                const ScopedLevel here(level);
                DenseOf<Scalar> result = not_a_number<Scalar>(n, n), plain = result;
                product.multiply_symmetric(x, x.transpose(), result);
                product.multiply(x, x.transpose(), plain);
                EXPECT_EQ(result, plain) << n << " x " << k << ", " << level_name(level);
            }
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

TEST(MatrixProduct, half_the_multiply_adds_of_a_symmetric_product_are_counted) {
    EXPECT_EQ(symmetric_multiply_adds(10, 7), 55 * 7);
    EXPECT_EQ(symmetric_multiply_adds(100, 7), 5050 * 7);
}

}  // namespace
}  // namespace muonscope
