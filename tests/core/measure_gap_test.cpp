#include "core/measure/gap.h"

#include <gtest/gtest.h>

#include <cmath>

namespace muonscope {
namespace {

using Numbers = std::vector<double>;

TEST(gap, is_taken_at_the_steps_that_both_have) {
    const Points points = gap(Numbers{0, 1, 2, 4, 6}, Numbers{5, 4, 3, 2, 1}, Numbers{0, 2, 3, 4},
                              Numbers{1, 1, 1, 4}, false);
    EXPECT_EQ(points.steps, (Numbers{0, 2, 4}));
    EXPECT_EQ(points.values, (Numbers{4, 2, -2}));
}

TEST(gap, of_logarithms_is_a_ratio_of_what_is_above_zero) {
    const Points points = gap(Numbers{0, 1, 2, 3}, Numbers{6, 0, -1, 1}, Numbers{0, 1, 2, 3},
                              Numbers{2, 1, 1, 4}, true);
    EXPECT_EQ(points.values[0], 3);
    EXPECT_TRUE(std::isnan(points.values[1]));
    EXPECT_TRUE(std::isnan(points.values[2]));
    EXPECT_EQ(points.values[3], 0.25);
}

TEST(gap, is_unknown_where_either_is) {
    for (const double bad : {NAN, INFINITY, -INFINITY})
        for (const bool ratio : {false, true}) {
            EXPECT_TRUE(
                std::isnan(gap(Numbers{0}, Numbers{bad}, Numbers{0}, Numbers{1}, ratio).values[0]));
            EXPECT_TRUE(
                std::isnan(gap(Numbers{0}, Numbers{1}, Numbers{0}, Numbers{bad}, ratio).values[0]));
        }
    EXPECT_TRUE(gap(Numbers{}, Numbers{}, Numbers{1}, Numbers{1}, false).steps.empty());
}

// sin over steps of 0.1 changes its side at every multiple of π.
TEST(crossings, are_where_a_sine_changes_its_sign) {
    Points wave;
    for (int i = 1; i < 200; ++i) {
        wave.steps.push_back(0.1 * i);
        wave.values.push_back(std::sin(0.1 * i));
    }
    const auto found = crossings(wave, false);
    ASSERT_EQ(found.size(), 6U);
    for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_NEAR(found[k].at, M_PI * static_cast<double>(k + 1), 1e-4);
        EXPECT_LT(found[k].from, found[k].at);
        EXPECT_GT(found[k].to, found[k].at);
        EXPECT_NEAR(found[k].to - found[k].from, 0.1, 1e-12);
    }
}

TEST(crossings, of_a_ratio_are_where_it_is_one) {
    // log₂: 2, 1, −1: halfway between steps 20 and 30.
    const auto found = crossings({{10, 20, 30}, {4, 2, 0.5}}, true);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].at, 25, 1e-12);
    EXPECT_EQ(found[0].to, 30);
}

TEST(crossings, leave_out_what_only_touches_and_what_is_unknown) {
    EXPECT_TRUE(crossings({{0, 1, 2}, {1, 0, 1}}, false).empty());
    EXPECT_TRUE(crossings({{0, 1, 2}, {0, 0, 1}}, false).empty()) << "the same start";
    EXPECT_TRUE(crossings({{0, 1, 2}, {1, NAN, -1}}, false).empty());
    EXPECT_TRUE(crossings({{0, 1, 2}, {2, -1, 0.5}}, true).empty()) << "no logarithm";
    const auto rested = crossings({{0, 1, 2, 3}, {1, 0, 0, -1}}, false);
    ASSERT_EQ(rested.size(), 1U);
    EXPECT_EQ(rested[0].at, 1);
    EXPECT_EQ(rested[0].to, 3);
}

}  // namespace
}  // namespace muonscope
