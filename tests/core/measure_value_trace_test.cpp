#include "core/measure/value_trace.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

TEST(ValueTrace, going_back_forgets_what_lay_beyond) {
    ValueTrace trace;
    for (const std::int64_t step : {1, 5, 9, 5}) trace.add(step, {2});
    ASSERT_EQ(trace.samples().size(), 2U);
    EXPECT_EQ(trace.samples().back().step, 5);
    trace.forget_after(5);
    EXPECT_EQ(trace.samples().size(), 2U);
    trace.forget_after(4);
    ASSERT_EQ(trace.samples().size(), 1U);
    EXPECT_EQ(trace.samples().back().step, 1);
}

TEST(ValueTrace, drops_every_second_sample_when_there_are_too_many_and_keeps_the_first) {
    ValueTrace trace;
    for (std::int64_t step = 0; step < 5000; ++step)
        trace.add(step, {1 + static_cast<double>(step)});
    EXPECT_LT(trace.samples().size(), ValueTrace::longest);
    EXPECT_EQ(trace.samples().front().step, 0);
    for (const ValueTrace::Sample& sample : trace.samples()) {
        ASSERT_EQ(sample.values.size(), 1U) << sample.step;
        EXPECT_EQ(sample.values[0], 1 + static_cast<double>(sample.step));
    }
}

}  // namespace
}  // namespace muonscope
