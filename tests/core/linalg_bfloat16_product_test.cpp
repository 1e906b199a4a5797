#include "core/linalg/bfloat16_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/bfloat16.h"
#include "core/linalg/kernels/level.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;

MatrixXf rounded_normal(int seed, Index rows, Index cols, float scale = 1) {
    MatrixXf matrix = scale * Generator(static_cast<std::uint64_t>(seed), Purpose::start)
                                  .normal_matrix(static_cast<int>(rows), static_cast<int>(cols))
                                  .cast<float>();
    return matrix.unaryExpr([](float x) { return to_bfloat16(x); });
}

// The order of Intel's manual, a term at a time.
float entry_by_the_manual(const MatrixXf& left, const MatrixXf& right, Index i, Index j) {
    float sum = 0;
    for (Index first = 0; first < left.cols(); first += 32) {
        float even = 0, odd = 0;
        for (Index k = first; k < std::min(first + 32, left.cols()); k += 2) {
            even = std::fma(left(i, k), right(k, j), even);
            if (k + 1 < left.cols()) odd = std::fma(left(i, k + 1), right(k + 1, j), odd);
        }
        sum += even + odd;
    }
    return sum;
}

TEST(Bfloat16Product, every_sum_is_taken_in_the_order_of_the_manual) {
    for (const Level level : levels_here())
        for (Index rows : {1, 16, 37, 64})
            for (Index depth : {1, 2, 31, 32, 33, 100})
                for (Index cols : {1, 15, 32, 50}) {
                    const MatrixXf left = rounded_normal(1, rows, depth),
                                   right = rounded_normal(2, depth, cols);
                    const ScopedLevel here(level);
                    Bfloat16Product product(rows, depth, cols);
                    MatrixXf result =
                        MatrixXf::Constant(rows, cols, std::numeric_limits<float>::quiet_NaN());
                    product.multiply(left, right, result);
                    for (Index j = 0; j < cols; ++j)
                        for (Index i = 0; i < rows; ++i)
                            ASSERT_EQ(result(i, j), entry_by_the_manual(left, right, i, j))
                                << rows << " x " << depth << " x " << cols << " at " << i << ", "
                                << j << ", " << level_name(level);
                }
}

TEST(Bfloat16Product, half_of_a_gram_matrix_is_all_of_it) {
    for (const Level level : levels_here())
        for (Index rows : {1, 20, 64, 70})
            for (Index depth : {1, 40, 96}) {
                const MatrixXf x = rounded_normal(3, rows, depth), transposed = x.transpose();
                const ScopedLevel here(level);
                Bfloat16Product product(rows, depth, rows);
                MatrixXf whole(rows, rows), half(rows, rows);
                product.multiply(x, transposed, whole);
                product.gram(x, half);
                EXPECT_EQ(half, whole) << rows << " x " << depth;
            }
}

TEST(Bfloat16Product, smaller_factors_than_it_was_made_for_are_welcome) {
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        Bfloat16Product product(100, 200, 90);
        MatrixXf large(100, 90), small(20, 17);
        product.multiply(rounded_normal(4, 100, 200), rounded_normal(5, 200, 90), large);
        const MatrixXf left = rounded_normal(6, 20, 35), right = rounded_normal(7, 35, 17);
        product.multiply(left, right, small);
        EXPECT_EQ(small(19, 16), entry_by_the_manual(left, right, 19, 16));
    }
}

// Also where products and sums leave the normal numbers, at either end.
TEST(Bfloat16Product, every_level_gives_the_same_bits) {
    for (const float scale : {1.F, 1e4F, 1e18F, 1e-10F, 1e-15F, 1e-18F, 1e-19F, 1e-20F, 1e-38F}) {
        MatrixXf left = rounded_normal(8, 50, 130, scale);
        const MatrixXf right = rounded_normal(9, 130, 300, scale);
        left.row(3).setZero();
        left.col(77) *= 0x1p-60F;
        MatrixXf first(50, 300);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            MatrixXf result(50, 300);
            Bfloat16Product(50, 130, 300).multiply(left, right, result);
            if (level == levels_here().front()) first = result;
            EXPECT_TRUE((result.array() == first.array() ||
                         (result.array().isNaN() && first.array().isNaN()))
                            .all())
                << scale << ", " << level_name(level);
        }
    }
}

TEST(Bfloat16Product, a_long_sum_goes_on_where_its_block_ends) {
    const MatrixXf left = rounded_normal(12, 40, 700), right = rounded_normal(13, 700, 21);
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        MatrixXf result(40, 21);
        Bfloat16Product(40, 700, 21).multiply(left, right, result);
        for (Index j = 0; j < 21; ++j)
            for (Index i = 0; i < 40; ++i)
                ASSERT_EQ(result(i, j), entry_by_the_manual(left, right, i, j))
                    << i << ", " << j << ", " << level_name(level);
    }
}

TEST(Bfloat16Product, what_is_not_finite_stays_in_its_row) {
    for (const Level level : levels_here()) {
        MatrixXf left = rounded_normal(10, 40, 40);
        left(39, 7) = std::numeric_limits<float>::infinity();
        const ScopedLevel here(level);
        MatrixXf result(40, 40);
        Bfloat16Product(40, 40, 40).multiply(left, rounded_normal(11, 40, 40), result);
        EXPECT_TRUE(result.topRows(39).allFinite());
        EXPECT_FALSE(result.row(39).array().isFinite().any());
    }
}

}  // namespace
}  // namespace muonscope
