#include "core/session/keyframes.h"

#include <gtest/gtest.h>

#include <set>

namespace muonscope {
namespace {

constexpr std::size_t megabyte = 1 << 20, budget = 48 * megabyte;

void offer(Keyframes& keyframes, std::int64_t step, std::size_t bytes = 1000) {
    keyframes.offer(step, bytes, [&] {
        Keyframe keyframe{step, {}, nullptr, 0};
        keyframe.lanes.push_back({std::make_shared<const Lane::State>(), nullptr, bytes});
        return keyframe;
    });
}

std::int64_t step_of(const Keyframe* keyframe) {
    return keyframe ? keyframe->step : -1;
}

std::set<std::int64_t> kept(const Keyframes& keyframes, std::int64_t up_to) {
    std::set<std::int64_t> steps;
    for (std::int64_t s = 1; s <= up_to; ++s) steps.insert(step_of(keyframes.at_or_before(s)));
    steps.erase(-1);
    return steps;
}

TEST(Keyframes, lead_back_to_the_nearest_one_that_is_not_beyond) {
    Keyframes keyframes(budget, {});
    EXPECT_EQ(keyframes.at_or_before(100), nullptr);
    std::set<std::int64_t> expected;
    for (std::int64_t step = 64; step <= 640; step = keyframes.next_due(step)) {
        offer(keyframes, step);
        expected.insert(step);
    }
    ASSERT_GT(expected.size(), 5u);
    for (std::int64_t step = 0; step <= 700; ++step) {
        const auto beyond = expected.upper_bound(step);
        EXPECT_EQ(step_of(keyframes.at_or_before(step)),
                  beyond == expected.begin() ? -1 : *std::prev(beyond))
            << step;
    }
}

TEST(Keyframes, keep_the_recent_out_of_turn_and_forget_what_lies_beyond) {
    Keyframes keyframes(budget, {.spacing = 64, .recent = 30});
    for (const std::int64_t step : {64, 70, 100}) offer(keyframes, step);
    EXPECT_EQ(kept(keyframes, 200), (std::set<std::int64_t>{64, 100}));
    EXPECT_EQ(step_of(keyframes.at_or_before(99)), 64);
    EXPECT_EQ(step_of(keyframes.at_or_before(100)), 100);
    keyframes.truncate_after(99);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 64);
    offer(keyframes, 128);
    keyframes.truncate_after(128);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 128);
    keyframes.truncate_after(127);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 64);
    keyframes.truncate_after(0);
    EXPECT_EQ(keyframes.at_or_before(1000), nullptr);
}

TEST(Keyframes, become_sparser_and_never_more_than_fit) {
    for (const std::size_t size : {5, 8, 12, 20, 25, 40, 48}) {
        Keyframes keyframes(budget, {.spacing = 4, .recent = 4});
        for (std::int64_t step = 1; step <= 1000; ++step) {
            offer(keyframes, step, size * megabyte);
            ASSERT_LE(keyframes.bytes(), budget);
            // One step back leads over few, however long the run is.
            ASSERT_GE(step_of(keyframes.at_or_before(step)), step < 4 ? -1 : step - 4) << size;
        }
        const std::set<std::int64_t> steps = kept(keyframes, 1000);
        EXPECT_LE(steps.size() * size, 48u);
        EXPECT_GE((steps.size() + 1) * size, 24u);
    }
}

TEST(Keyframes, of_lanes_too_large_for_the_budget_are_none) {
    for (const std::size_t bytes : {budget + 1, std::size_t{1}}) {
        Keyframes none(bytes == 1 ? 0 : budget, {});
        int made = 0;
        for (std::int64_t step = 64; step <= 6400; step += 64)
            none.offer(step, bytes, [&] {
                ++made;
                return Keyframe{};
            });
        EXPECT_EQ(made, 0);
        EXPECT_EQ(none.at_or_before(6400), nullptr);
        EXPECT_GT(none.next_due(100), 4000);
    }
}

TEST(Keyframes, that_share_a_lane_hold_it_once) {
    Keyframes keyframes(budget, {});
    const auto state = std::make_shared<const Lane::State>();
    for (const std::int64_t step : {64, 128, 192})
        keyframes.offer(step, 15 * megabyte, [&] {
            return Keyframe{step, {{state, nullptr, 15 * megabyte}}, nullptr, 0};
        });
    EXPECT_EQ(keyframes.bytes(), 15 * megabyte);
}

TEST(Keyframes, of_costly_steps_stand_close_and_of_quick_ones_do_not) {
    EXPECT_EQ(keyframe_pace(5e5, 50'000).recent, 1024);
    EXPECT_EQ(keyframe_pace(5e5, 50'000).spacing, 64);
    const Keyframes::Pace wide = keyframe_pace(2.6e10, 67'000'000);
    EXPECT_LE(wide.recent, 2);
    EXPECT_LE(wide.spacing, 2);
    // Much to copy beside little to train.
    EXPECT_GE(keyframe_pace(1e8, 67'000'000).recent, 256);
}

}  // namespace
}  // namespace muonscope
