#include "core/measure/call_time.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

// Works for some processor time, whatever else the machine does.
void work_for(double seconds) {
    const double until = processor_seconds() + seconds;
    while (processor_seconds() < until) {
    }
}

TEST(CallTime, quartiles_are_of_the_calls_after_the_first) {
    int calls = 0;
    const CallTime time = time_calls([&] { work_for(++calls == 1 ? .05 : .001 * (calls - 1)); },
                                     {.fewest = 5, .most = 5, .enough = 1, .too_long = 10})
                              .finish();
    EXPECT_EQ(calls, 6);
    EXPECT_EQ(time.runs, 5);
    EXPECT_GE(time.lower, .002);
    EXPECT_GE(time.median, .003);
    EXPECT_GE(time.upper, .004);
    EXPECT_LE(time.lower, time.median);
    EXPECT_LE(time.median, time.upper);
}

TEST(CallTime, patience_ends_at_the_calls_or_the_time_that_are_enough) {
    int calls = 0;
    const auto count = [&] { ++calls; };
    EXPECT_EQ(time_calls(count, {.fewest = 2, .most = 9, .enough = 1e9}).finish().runs, 9);
    EXPECT_EQ(time_calls(count, {.fewest = 4, .most = 1000, .enough = 0}).finish().runs, 4);
    const auto slow = [] { work_for(.002); };
    EXPECT_EQ(
        time_calls(slow, {.fewest = 50, .most = 60, .enough = 1, .too_long = .005}).finish().runs,
        3);
}

TEST(CallTime, pauses_after_each_call) {
    int calls = 0;
    Work<CallTime> work = time_calls([&] { ++calls; }, {.fewest = 4, .most = 4});
    for (int slice = 1; slice <= 4; ++slice) {
        ASSERT_TRUE(work.go_on([] { return true; }));
        EXPECT_EQ(calls, slice);
    }
    EXPECT_FALSE(work.go_on([] { return true; }));
    EXPECT_EQ(work.take().runs, 4);
}

}  // namespace
}  // namespace muonscope
