#include "core/session/keyframes.h"

#include <gtest/gtest.h>

#include <set>

namespace muonscope {
namespace {

constexpr std::size_t budget = 48u << 20;

Keyframe at(std::int64_t step, std::size_t edits = 0) {
    return {step, {}, nullptr, edits};
}

std::int64_t step_of(const Keyframe* keyframe) {
    return keyframe ? keyframe->step : -1;
}

TEST(Keyframes, lead_back_to_the_nearest_one_that_is_not_beyond) {
    Keyframes keyframes(1000, budget);
    EXPECT_EQ(keyframes.at_or_before(100), nullptr);
    std::set<std::int64_t> kept;
    for (std::int64_t step = 64; step <= 640; step = keyframes.next_due(step)) {
        ASSERT_TRUE(keyframes.due(step));
        keyframes.add(at(step));
        kept.insert(step);
    }
    ASSERT_GT(kept.size(), 5u);
    for (std::int64_t step = 0; step <= 700; ++step) {
        const auto beyond = kept.upper_bound(step);
        EXPECT_EQ(step_of(keyframes.at_or_before(step)),
                  beyond == kept.begin() ? -1 : *std::prev(beyond))
            << step;
    }
}

TEST(Keyframes, keep_one_out_of_turn_that_is_forgotten_with_what_lies_beyond) {
    Keyframes keyframes(1000, budget);
    keyframes.add(at(64));
    keyframes.add(at(100));
    EXPECT_EQ(step_of(keyframes.at_or_before(99)), 64);
    EXPECT_EQ(step_of(keyframes.at_or_before(100)), 100);
    keyframes.truncate_after(99);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 64);
    keyframes.add(at(128));
    keyframes.truncate_after(128);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 128);
    keyframes.truncate_after(127);
    EXPECT_EQ(step_of(keyframes.at_or_before(1000)), 64);
    keyframes.truncate_after(0);
    EXPECT_EQ(keyframes.at_or_before(1000), nullptr);
}

TEST(Keyframes, become_sparser_and_never_more_than_fit) {
    constexpr std::size_t megabyte = 1 << 20;
    Keyframes keyframes(8 * megabyte, budget);  // six of them fit
    std::int64_t step = 0;
    for (int i = 0; i < 25; ++i) {
        step = keyframes.next_due(step);
        keyframes.add(at(step));
    }
    std::set<std::int64_t> kept;
    for (std::int64_t s = 0; s <= step; s += 64) kept.insert(step_of(keyframes.at_or_before(s)));
    kept.erase(-1);
    EXPECT_LE(kept.size(), 6u);
    EXPECT_GE(kept.size(), 2u);
    const std::int64_t spacing = *std::next(kept.begin()) - *kept.begin();
    for (const std::int64_t s : kept) EXPECT_EQ(s % spacing, 0);

    Keyframes none(1000 * megabyte, budget);
    EXPECT_FALSE(none.due(64));
    EXPECT_GT(none.next_due(0), std::int64_t{1} << 60);
}

}  // namespace
}  // namespace muonscope
