// Exponentials of floats and their sum, to the bit of one at a time, at every level.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/kernels/kernels.h"

namespace muonscope {
namespace {

std::vector<float> numbers(int count) {
    std::vector<float> all;
    for (int i = 0; i < count; ++i) all.push_back(static_cast<float>(std::sin(i * 7.3) * 40 - 30));
    return all;
}

TEST(FloatExponentials, are_those_of_the_c_library_but_for_a_last_place_or_two) {
    std::vector<float> x, wanted;
    for (int i = -10380; i <= 8870; ++i) x.push_back(static_cast<float>(i) * .01F);
    for (const float entry : x) wanted.push_back(std::exp(entry));
    kernels().exp_floats(0, 1, x.data(), static_cast<Size>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i)
        ASSERT_NEAR(x[i], wanted[i], 2e-7F * wanted[i] + 1.5e-45F) << i;
}

TEST(FloatExponentials, and_their_sum_have_the_same_bits_at_every_level_and_alone) {
    for (const int count : {0, 1, 5, 15, 16, 17, 40, 64, 203}) {
        std::vector<float> wanted = numbers(count);
        float sums[16] = {};
        for (int i = 0; i < count; ++i) {
            float& entry = wanted[std::size_t(i)];
            kernels().exp_floats(-3, .25F, &entry, 1);
            sums[i % 16] += entry;
        }
        for (int half = 8; half > 0; half /= 2)
            for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            std::vector<float> x = numbers(count);
            EXPECT_EQ(kernels().exp_floats(-3, .25F, x.data(), count), sums[0]) << count;
            EXPECT_EQ(x, wanted) << level_name(level) << " " << count;
        }
    }
}

TEST(FloatExponentials, keep_what_is_special) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> x{0, -infinity, infinity, std::nanf(""), 1e30F, -1e30F};
    EXPECT_TRUE(std::isnan(kernels().exp_floats(0, 1, x.data(), 6)));
    EXPECT_EQ(x[0], 1);
    EXPECT_EQ(x[1], 0);
    EXPECT_EQ(x[2], infinity);
    EXPECT_TRUE(std::isnan(x[3]));
    EXPECT_EQ(x[4], infinity);
    EXPECT_EQ(x[5], 0);
}

TEST(FloatDot, of_floats_is_that_of_the_same_doubles_at_every_level) {
    for (const int count : {0, 1, 7, 16, 33, 64}) {
        const std::vector<float> x = numbers(count), y(x.rbegin(), x.rend());
        const std::vector<double> a(x.begin(), x.end()), b(y.begin(), y.end());
        const double wanted = kernels().dot(a.data(), b.data(), count);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            EXPECT_EQ(kernels().dot_of_floats(x.data(), y.data(), count), wanted) << count;
        }
    }
}

}  // namespace
}  // namespace muonscope
