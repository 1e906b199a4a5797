#include "core/linalg/tensor_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/linalg/kernels/level.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

// Exact in bfloat16: the low 16 bits are zero.
Eigen::MatrixXf bfloat16_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t index) {
    const Matrix normal = Generator(3, Purpose::start, index).normal_matrix(rows, cols);
    return normal.unaryExpr([](double x) {
        const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(x * x * x));
        return std::bit_cast<float>(bits & 0xffff0000U);
    });
}

// The rule written out for one entry, in double: sums of nine terms of 24 bits are exact there.
float plain_entry(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b, Eigen::Index i,
                  Eigen::Index j) {
    float sum = 0;
    for (Eigen::Index from = 0; from < a.cols(); from += 8) {
        const Eigen::Index to = std::min<Eigen::Index>(from + 8, a.cols());
        int exponent = sum == 0 ? -1000 : std::ilogb(sum);
        for (Eigen::Index k = from; k < to; ++k)
            if (a(i, k) != 0 && b(k, j) != 0)
                exponent = std::max(exponent, std::ilogb(a(i, k)) + std::ilogb(b(k, j)));
        if (exponent == -1000) continue;
        const double unit = std::ldexp(1.0, exponent - 24);
        double exact = std::trunc(sum / unit);
        for (Eigen::Index k = from; k < to; ++k)
            exact += std::trunc(double(a(i, k)) * double(b(k, j)) / unit);
        exact *= unit;
        sum = static_cast<float>(exact);
        if (std::abs(double(sum)) > std::abs(exact)) sum = std::nextafter(sum, 0.0F);
    }
    return sum;
}

TEST(TensorCore, adds_eight_products_at_once_and_cuts) {
    struct Shape {
        Eigen::Index rows, inner, cols;
    };
    for (const auto& [rows, inner, cols] :
         {Shape{64, 64, 64}, {5, 3, 2}, {17, 20, 9}, {16, 8, 1}, {1, 100, 33}}) {
        const Eigen::MatrixXf a = bfloat16_matrix(rows, inner, 1);
        const Eigen::MatrixXf b = bfloat16_matrix(inner, cols, 2);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            Eigen::MatrixXf result(rows, cols);
            TensorCoreProduct product(64, 100);
            product.multiply(a, b, result);
            for (Eigen::Index i = 0; i < rows; ++i)
                for (Eigen::Index j = 0; j < cols; ++j)
                    EXPECT_EQ(result(i, j), plain_entry(a, b, i, j))
                        << i << " " << j << ", " << level_name(level);
            EXPECT_LT((result - a * b).norm(), 1e-5F * a.norm() * b.norm());
        }
    }
}

TEST(TensorCore, half_of_a_symmetric_product_is_all_of_it) {
    for (Eigen::Index rows : {3, 16, 40, 64, 100, 128}) {
        const Eigen::MatrixXf a = bfloat16_matrix(rows, 24, 1);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            Eigen::MatrixXf half(rows, rows), whole(rows, rows);
            TensorCoreProduct product(rows, 24);
            product.multiply(a, a.transpose(), whole);
            product.multiply(a, a.transpose(), half, true);
            EXPECT_EQ(half, whole) << rows << ", " << level_name(level);
        }
    }
}

TEST(TensorCore, cuts_towards_zero_where_a_processor_would_round) {
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        Eigen::MatrixXf a(1, 9), b = Eigen::MatrixXf::Ones(9, 1), result(1, 1);
        TensorCoreProduct product(1, 9);
        a.setZero();
        a(0, 0) = 1;
        a(0, 1) = 0x1.8p-24F;  // cut to one unit of 2^-24, and the sum to 1
        product.multiply(a, b, result);
        EXPECT_EQ(result(0, 0), 1.0F);
        EXPECT_EQ((a * b)(0, 0), 1.0F + 0x1p-23F) << "the processor is left rounding as before";
        a(0, 2) = 0x1p-24F;  // two units, which a float can hold
        product.multiply(a, b, result);
        EXPECT_EQ(result(0, 0), 1.0F + 0x1p-23F);
        product.multiply(-a, b, result);
        EXPECT_EQ(result(0, 0), -1.0F - 0x1p-23F);
    }
}

TEST(TensorCore, zero_times_anything_is_zero) {
    Eigen::MatrixXf result(16, 3);
    TensorCoreProduct(16, 8).multiply(Eigen::MatrixXf::Zero(16, 8), Eigen::MatrixXf::Ones(8, 3),
                                      result);
    EXPECT_EQ(result, Eigen::MatrixXf::Zero(16, 3));
}

}  // namespace
}  // namespace muonscope
