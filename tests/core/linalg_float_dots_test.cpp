// Rows of floats times rows of floats, to the bit of what kernels.h says, at every level.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/linalg/kernels/kernels.h"

namespace muonscope {
namespace {

// Of many scales, so that another order gives other bits.
std::vector<float> numbers(std::size_t count, std::uint32_t seed) {
    std::vector<float> all;
    while (all.size() < count) {
        seed = seed * 1664525U + 1013904223U;
        all.push_back(std::bit_cast<float>((seed & 0x83ffffffU) | 0x3c000000U));
    }
    return all;
}

float dot(const float* x, const float* y, int count) {
    float sums[16] = {};
    for (int i = 0; i < (count + 15) / 16 * 16; ++i)
        sums[i % 16] = std::fma(i < count ? x[i] : 0.F, i < count ? y[i] : 0.F, sums[i % 16]);
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
    return sums[0];
}

TEST(FloatDots, have_the_bits_of_their_definition_at_every_level) {
    constexpr int stride = 210;
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        for (const int depth : {0, 1, 5, 15, 16, 17, 40, 64, 203})
            for (const int rows : {1, 3, 8, 21})
                for (const int cols : {1, 2, 5, 6, 13}) {
                    const auto x = numbers(std::size_t(rows) * stride, 1);
                    const auto y = numbers(std::size_t(cols) * stride, 2);
                    std::vector<float> result(std::size_t(cols) * (rows + 1), 7.F);
                    kernels().float_dots({rows, cols, depth, x.data(), stride, y.data(), stride,
                                          result.data(), rows + 1});
                    for (int c = 0; c < cols; ++c) {
                        for (int r = 0; r < rows; ++r)
                            ASSERT_EQ(result[std::size_t(c * (rows + 1) + r)],
                                      dot(&x[std::size_t(r * stride)], &y[std::size_t(c * stride)],
                                          depth))
                                << level_name(level) << " " << depth << " " << r << " " << c;
                        ASSERT_EQ(result[std::size_t(c * (rows + 1) + rows)], 7.F);
                    }
                }
    }
}

// More rows than a block of them has.
TEST(FloatDots, of_many_rows_are_those_of_each) {
    constexpr int rows = 1003, cols = 7, depth = 300;
    const auto x = numbers(std::size_t(rows) * depth, 3), y = numbers(std::size_t(cols) * depth, 4);
    std::vector<float> result(std::size_t(rows) * cols);
    kernels().float_dots(
        {rows, cols, depth, x.data(), depth, y.data(), depth, result.data(), rows});
    for (int c = 0; c < cols; ++c)
        for (int r = 0; r < rows; ++r)
            ASSERT_EQ(result[std::size_t(c * rows + r)],
                      dot(&x[std::size_t(r * depth)], &y[std::size_t(c * depth)], depth));
}

TEST(FloatRows, are_combined_in_their_order_at_every_level) {
    constexpr int stride = 150;
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        for (const int rows : {0, 1, 7})
            for (const int count : {1, 8, 31, 64, 139}) {
                const auto x = numbers(std::size_t(8) * stride, 5), weights = numbers(8, 6);
                std::vector<float> result(std::size_t(count) + 1, 7.F);
                kernels().combine_float_rows(
                    {rows, count, weights.data(), x.data(), stride, result.data()});
                for (int j = 0; j < count; ++j) {
                    float sum = 0;
                    for (int i = 0; i < rows; ++i)
                        sum =
                            std::fma(weights[std::size_t(i)], x[std::size_t(i * stride + j)], sum);
                    ASSERT_EQ(result[std::size_t(j)], sum) << level_name(level) << " " << count;
                }
                ASSERT_EQ(result.back(), 7.F);
            }
    }
}

}  // namespace
}  // namespace muonscope
