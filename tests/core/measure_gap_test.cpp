#include "core/measure/gap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace muonscope {
namespace {

using Numbers = std::vector<double>;

TEST(gap, is_taken_at_the_steps_that_both_have) {
    const StepValues points = gap(Numbers{0, 1, 2, 4, 6}, Numbers{5, 4, 3, 2, 1},
                                  Numbers{0, 2, 3, 4}, Numbers{1, 1, 1, 4}, false);
    EXPECT_EQ(points.steps, (Numbers{0, 2, 4}));
    EXPECT_EQ(points.values, (Numbers{4, 2, -2}));
}

TEST(gap, of_logarithms_is_a_ratio_of_what_is_above_zero) {
    const StepValues points = gap(Numbers{0, 1, 2, 3}, Numbers{6, 0, -1, 1}, Numbers{0, 1, 2, 3},
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

// Two curves of every step, of which only some rows with their ranges are kept, each its own.
struct Kept {
    StepValues points;
    Ranges ranges;
};
Kept keep(const Numbers& all, const std::vector<std::size_t>& rows) {
    Kept kept;
    std::size_t first = 0;
    for (const std::size_t row : rows) {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(first),
                   to = all.begin() + static_cast<std::ptrdiff_t>(row) + 1;
        kept.points.steps.push_back(static_cast<double>(row));
        kept.points.values.push_back(all[row]);
        kept.ranges.firsts.push_back(static_cast<double>(first));
        kept.ranges.lows.push_back(*std::min_element(from, to));
        kept.ranges.highs.push_back(*std::max_element(from, to));
        first = row + 1;
    }
    return kept;
}

TEST(gap_ranges, hold_the_gap_of_every_step_and_end_at_the_lanes_extremes) {
    Numbers a, b;
    for (int t = 0; t <= 40; ++t) {
        a.push_back(3 + std::sin(0.9 * t));
        b.push_back(2 + std::cos(1.7 * t));
    }
    const Kept of_a = keep(a, {0, 1, 4, 10, 20, 25, 40}), of_b = keep(b, {0, 2, 4, 20, 30, 40});
    for (const bool ratio : {false, true}) {
        const StepValues between = gap(of_a.points.steps, of_a.points.values, of_b.points.steps,
                                       of_b.points.values, ratio);
        ASSERT_EQ(between.steps, (Numbers{0, 4, 20, 40}));
        const Ranges ranges =
            gap_ranges(of_a.points, of_a.ranges, of_b.points, of_b.ranges, between.steps, ratio);
        EXPECT_EQ(ranges.firsts, (Numbers{0, 1, 5, 21}));
        for (std::size_t i = 0; i < between.steps.size(); ++i) {
            double low_a = INFINITY, high_a = -INFINITY, low_b = INFINITY, high_b = -INFINITY;
            for (auto t = static_cast<std::size_t>(ranges.firsts[i]);
                 t <= static_cast<std::size_t>(between.steps[i]); ++t) {
                low_a = std::min(low_a, a[t]);
                high_a = std::max(high_a, a[t]);
                low_b = std::min(low_b, b[t]);
                high_b = std::max(high_b, b[t]);
                const double real = ratio ? a[t] / b[t] : a[t] - b[t];
                EXPECT_LE(ranges.lows[i], real) << t;
                EXPECT_GE(ranges.highs[i], real) << t;
            }
            EXPECT_EQ(ranges.lows[i], ratio ? low_a / high_b : low_a - high_b);
            EXPECT_EQ(ranges.highs[i], ratio ? high_a / low_b : high_a - low_b);
        }
    }
}

TEST(gap_ranges, are_unknown_where_either_is_or_where_a_ratio_has_no_end) {
    const StepValues points{{0, 5}, {1, 1}};
    const Ranges known{{0, 1}, {1, 0.5}, {1, 2}};
    const Numbers steps{0, 5};
    for (const double bad : {NAN, INFINITY}) {
        const Ranges other{{0, 1}, {1, bad}, {1, 3}};
        const Ranges a = gap_ranges(points, other, points, known, steps, false);
        const Ranges b = gap_ranges(points, known, points, other, steps, false);
        for (const Ranges& ranges : {a, b}) {
            EXPECT_EQ(ranges.lows[0], 0);
            EXPECT_TRUE(std::isnan(ranges.lows[1]) && std::isnan(ranges.highs[1])) << bad;
        }
    }
    const Ranges touches{{0, 1}, {1, 0}, {1, 3}};
    const Ranges over_zero = gap_ranges(points, known, points, touches, steps, true);
    EXPECT_TRUE(std::isnan(over_zero.highs[1])) << "nothing holds a ratio over zero";
    EXPECT_TRUE(gap_ranges(points, known, points, known, {}, false).lows.empty());
}

// sin over steps of 0.1 changes its side at every multiple of π.
TEST(crossings, are_where_a_sine_changes_its_sign) {
    StepValues wave;
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
