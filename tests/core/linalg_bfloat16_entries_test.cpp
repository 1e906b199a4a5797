#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/linalg/bfloat16.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {
namespace {

// Ordinary numbers, ties, the largest, what is not finite; more than any vector and a few over.
std::vector<float> numbers(std::uint32_t seed) {
    std::vector<float> all{0.F,
                           -0.F,
                           1.F,
                           std::bit_cast<float>(0x3f808000U),
                           std::bit_cast<float>(0x3f818000U),
                           std::bit_cast<float>(0x3f808001U),
                           std::numeric_limits<float>::max(),
                           std::numeric_limits<float>::denorm_min(),
                           std::numeric_limits<float>::infinity(),
                           -std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::quiet_NaN()};
    while (all.size() < 75) {
        seed = seed * 1664525U + 1013904223U;
        all.push_back(std::bit_cast<float>((seed & 0x8fffffffU) | 0x30000000U));
    }
    return all;
}

bool same(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

TEST(Bfloat16Entries, each_is_rounded_as_a_number_alone_at_every_level) {
    const std::vector<float> x = numbers(1), y = numbers(2);
    for (const Level level : levels_here()) {
        const ScopedLevel here(level);
        std::vector<float> rounded = x, scaled(x.size()), sum = y;
        const auto count = static_cast<Size>(x.size());
        kernels().round_to_bfloat16(rounded.data(), count);
        kernels().scale_to_bfloat16(-1.7F, x.data(), scaled.data(), count);
        kernels().add_scaled_to_bfloat16(3.3F, x.data(), sum.data(), count);
        for (std::size_t i = 0; i < x.size(); ++i) {
            EXPECT_TRUE(same(rounded[i], to_bfloat16(x[i]))) << x[i] << level_name(level);
            EXPECT_TRUE(same(scaled[i], to_bfloat16(-1.7F * x[i]))) << x[i] << level_name(level);
            EXPECT_TRUE(same(sum[i], to_bfloat16(to_bfloat16(y[i]) + to_bfloat16(3.3F * x[i]))))
                << x[i] << " " << y[i] << level_name(level);
        }
    }
}

}  // namespace
}  // namespace muonscope
