#include "core/session/returns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "core/experiment/parameters.h"
#include "core/session/session.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

TEST(Returns, know_how_much_still_stands_for_whoever_looked_when) {
    std::mt19937 random(7);
    Returns returns;
    std::vector<std::int64_t> steps;  // of every return, in turn
    for (int i = 0; i < 200; ++i) {
        steps.push_back(static_cast<std::int64_t>(random() % 100));
        returns.add(steps.back());
        EXPECT_EQ(returns.count(), i + 1);
        for (std::size_t seen = 0; seen <= steps.size(); ++seen) {
            std::int64_t least = all;
            for (std::size_t later = seen; later < steps.size(); ++later)
                least = std::min(least, steps[later]);
            ASSERT_EQ(returns.standing(static_cast<std::int64_t>(seen)), least)
                << i << ", " << seen;
        }
    }
}

TEST(Returns, of_a_great_many_forget_rather_too_much_than_too_little) {
    Returns returns;
    for (std::int64_t step = 0; step < 5000; ++step) returns.add(step);
    for (const std::int64_t seen : {0, 100, 4000, 4999})
        EXPECT_LE(returns.standing(seen), seen) << seen;
    EXPECT_EQ(returns.standing(4999), 4999);
    EXPECT_EQ(returns.standing(0), 0);
    EXPECT_EQ(returns.standing(5000), all);
}

TEST(Returns, of_a_session_tell_where_it_was_led_back_to_and_nothing_else) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    const auto seen = [&] { return session.snapshot()->returns.count(); };
    const auto standing = [&](std::int64_t since) {
        return session.snapshot()->returns.standing(since);
    };
    session.advance_to(60, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.02});
    session.advance_to(90, pool);
    EXPECT_EQ(seen(), 0);
    EXPECT_EQ(standing(0), all);

    session.go_back_to(40, pool);
    EXPECT_EQ(standing(0), 40);
    const std::int64_t once = seen();
    session.advance_to(70, pool);
    EXPECT_EQ(standing(once), all);
    session.restart();
    EXPECT_EQ(standing(once), 0);
    EXPECT_EQ(standing(seen()), all);
}

// On the way up to a step that was asked for, the run may be told to go another way.
TEST(Returns, of_a_session_tell_where_an_edit_makes_another_future) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(200, pool);
    const std::int64_t seen = session.snapshot()->returns.count();
    ASSERT_TRUE(session.rewind(150));  // stands at a keyframe before it now
    const std::int64_t keyframe = session.step();
    ASSERT_LT(keyframe, 150);
    EXPECT_EQ(session.snapshot()->returns.standing(seen), 150);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.02});
    EXPECT_EQ(session.snapshot()->returns.standing(seen), keyframe);
}

TEST(Returns, of_a_lane_that_goes_on_from_where_it_was_sound_tell_that_step) {
    WorkerPool pool(1);
    Spec spec = test::small_spec();
    spec.lanes[0].phases.front().optimizer.lr = 40;
    Session session(spec);
    session.advance_to(300, pool);
    ASSERT_TRUE(session.lane(0).fault());
    const std::int64_t fault = session.lane(0).step();
    session.apply(LowerRate{0, 1e-3});
    const auto snapshot = session.snapshot();
    EXPECT_LE(snapshot->returns.standing(0), fault);
    ASSERT_FALSE(session.events().empty());
    EXPECT_EQ(snapshot->returns.standing(0), session.events().front().step);
}

}  // namespace
}  // namespace muonscope
