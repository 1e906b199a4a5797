#include "core/linalg/bfloat16_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/bfloat16.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;
using Means = Bfloat16Product::Means;

MatrixXf rounded_normal(int seed, Index rows, Index cols, float scale = 1) {
    MatrixXf matrix = scale * Generator(static_cast<std::uint64_t>(seed), Purpose::start)
                                  .normal_matrix(static_cast<int>(rows), static_cast<int>(cols))
                                  .cast<float>();
    return matrix.unaryExpr([](float x) { return to_bfloat16(x); });
}

std::vector<Means> means_here() {
    if (Bfloat16Product::has_matrix_units()) return {Means::vectors, Means::matrix_units};
    return {Means::vectors};
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
    for (const Means means : means_here())
        for (Index rows : {1, 16, 37, 64})
            for (Index depth : {1, 2, 31, 32, 33, 100})
                for (Index cols : {1, 15, 32, 50}) {
                    const MatrixXf left = rounded_normal(1, rows, depth),
                                   right = rounded_normal(2, depth, cols);
                    Bfloat16Product product(rows, depth, cols, means);
                    MatrixXf result =
                        MatrixXf::Constant(rows, cols, std::numeric_limits<float>::quiet_NaN());
                    product.multiply(left, right, result);
                    for (Index j = 0; j < cols; ++j)
                        for (Index i = 0; i < rows; ++i)
                            ASSERT_EQ(result(i, j), entry_by_the_manual(left, right, i, j))
                                << rows << " x " << depth << " x " << cols << " at " << i << ", "
                                << j << (means == Means::vectors ? ", vectors" : ", units");
                }
}

TEST(Bfloat16Product, half_of_a_gram_matrix_is_all_of_it) {
    for (const Means means : means_here())
        for (Index rows : {1, 20, 64, 70})
            for (Index depth : {1, 40, 96}) {
                const MatrixXf x = rounded_normal(3, rows, depth), transposed = x.transpose();
                Bfloat16Product product(rows, depth, rows, means);
                MatrixXf whole(rows, rows), half(rows, rows);
                product.multiply(x, transposed, whole);
                product.gram(x, half);
                EXPECT_EQ(half, whole) << rows << " x " << depth;
            }
}

TEST(Bfloat16Product, smaller_factors_than_it_was_made_for_are_welcome) {
    for (const Means means : means_here()) {
        Bfloat16Product product(100, 200, 90, means);
        MatrixXf large(100, 90), small(20, 17);
        product.multiply(rounded_normal(4, 100, 200), rounded_normal(5, 200, 90), large);
        const MatrixXf left = rounded_normal(6, 20, 35), right = rounded_normal(7, 35, 17);
        product.multiply(left, right, small);
        EXPECT_EQ(small(19, 16), entry_by_the_manual(left, right, 19, 16));
    }
}

// Where processors fuse, also where products and sums leave the normal numbers.
TEST(Bfloat16Product, units_and_vectors_give_the_same_bits) {
    if (!Bfloat16Product::has_matrix_units()) GTEST_SKIP() << "this processor has no matrix units";
    std::vector<float> scales{1.F, 1e4F, 1e-10F, 1e-15F};
#ifdef __FMA__
    scales.insert(scales.end(), {1e-18F, 1e-19F, 1e-20F, 1e-38F});
#endif
    for (const float scale : scales) {
        const MatrixXf left = rounded_normal(8, 50, 130, scale),
                       right = rounded_normal(9, 130, 44, scale);
        MatrixXf by_units(50, 44), by_vectors(50, 44);
        Bfloat16Product(50, 130, 44, Means::matrix_units).multiply(left, right, by_units);
        Bfloat16Product(50, 130, 44, Means::vectors).multiply(left, right, by_vectors);
        EXPECT_EQ(by_units, by_vectors) << scale;
    }
}

TEST(Bfloat16Product, what_is_not_finite_stays_in_its_row) {
    for (const Means means : means_here()) {
        MatrixXf left = rounded_normal(10, 40, 40);
        left(39, 7) = std::numeric_limits<float>::infinity();
        MatrixXf result(40, 40);
        Bfloat16Product(40, 40, 40, means).multiply(left, rounded_normal(11, 40, 40), result);
        EXPECT_TRUE(result.topRows(39).allFinite());
        EXPECT_FALSE(result.row(39).array().isFinite().any());
    }
}

}  // namespace
}  // namespace muonscope
