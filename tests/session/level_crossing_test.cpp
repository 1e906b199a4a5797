#include "core/session/level_crossing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/session/history.h"

namespace muonscope {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr SamplingRule every_step{1000, 1};

// One channel, a value a step from step 0.
HistoryView of(const std::vector<double>& values) {
    History history(1, 4096, every_step);
    for (std::size_t i = 0; i < values.size(); ++i)
        history.append(static_cast<std::int64_t>(i), std::vector<double>{values[i]});
    return history.view();
}

TEST(LevelCrossing, is_the_first_recorded_step_beyond_the_level_and_not_one_on_it) {
    const HistoryView falling = of({4, 3, 2, 1, 2, 1});
    EXPECT_EQ(first_below(falling, 0, 2).by, 3) << "step 2 lies on the level";
    EXPECT_TRUE(first_below(falling, 0, 2).exact());
    EXPECT_EQ(first_below(falling, 0, 5).by, 0) << "the start may be the answer";
    EXPECT_FALSE(first_below(falling, 0, 1).found());
    EXPECT_EQ(first_above(falling, 0, 3.5).by, 0);
    EXPECT_FALSE(first_above(falling, 0, 4).found());
    EXPECT_FALSE(first_below(falling, 1, 2).found()) << "there is no such channel";
    EXPECT_FALSE(first_below(of({}), 0, 2).found());
}

TEST(LevelCrossing, goes_from_the_side_of_the_start_to_the_other) {
    const Crossed down = first_across(of({nan, 3, 1, 5}), 0, 2);
    EXPECT_TRUE(down.below);
    EXPECT_EQ(down.at.by, 2);
    const Crossed up = first_across(of({1, 1.5, 2, 2.5}), 0, 2);
    EXPECT_FALSE(up.below);
    EXPECT_EQ(up.at.by, 3);
    EXPECT_FALSE(first_across(of({1, 1.5, 2}), 0, 2).at.found());
    EXPECT_FALSE(first_across(of({nan, nan}), 0, 2).at.found());
}

TEST(LevelCrossing, what_is_not_finite_lies_on_neither_side) {
    const HistoryView view = of({3, nan, -INFINITY, INFINITY, 1});
    EXPECT_EQ(first_below(view, 0, 2).by, 4);
    EXPECT_FALSE(first_above(view, 0, 3).found());
}

// A dip between two rows that thinning left: a channel that is followed there knows of it, and the
// answer is the range of steps that its row stands for.
TEST(LevelCrossing, between_rows_is_known_of_followed_channels_as_a_range) {
    History history(2, 64, SamplingRule{4, 16}, 0, 1);
    std::vector<double> low{INFINITY}, high{-INFINITY};
    const auto value = [](std::int64_t step) { return step == 401 ? 0.5 : 3.0; };
    for (std::int64_t step = 0; step <= 1000; ++step) {
        low[0] = std::min(low[0], value(step));
        high[0] = std::max(high[0], value(step));
        const std::vector<double> row{value(step), value(step)};
        if (history.due(step) && history.append(step, row, low, high)) {
            low[0] = INFINITY;
            high[0] = -INFINITY;
        }
    }
    const HistoryView view = history.view();
    const LevelCrossing dip = first_below(view, 0, 1);
    ASSERT_TRUE(dip.found());
    EXPECT_FALSE(dip.exact());
    EXPECT_LE(dip.after, 401);
    EXPECT_GE(dip.by, 401);
    EXPECT_EQ(dip.after, view.first_step(dip.row));
    EXPECT_FALSE(first_below(view, 1, 1).found()) << "a channel known at rows alone";
}

}  // namespace
}  // namespace muonscope
