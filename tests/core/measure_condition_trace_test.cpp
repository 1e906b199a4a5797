#include "core/measure/condition_trace.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

Conditioning with(double kappa) {
    Conditioning numbers;
    numbers.jacobians = {{{kappa, 1}, {}}};
    return numbers;
}

TEST(ConditionTrace, going_back_forgets_what_lay_beyond) {
    ConditionTrace trace;
    for (const std::int64_t step : {1, 5, 9, 5}) trace.add(step, with(2));
    ASSERT_EQ(trace.samples().size(), 2U);
    EXPECT_EQ(trace.samples().back().step, 5);
}

TEST(ConditionTrace, drops_every_second_sample_when_there_are_too_many_and_keeps_the_first) {
    ConditionTrace trace;
    for (std::int64_t step = 0; step < 5000; ++step)
        trace.add(step, with(1 + static_cast<double>(step)));
    EXPECT_LT(trace.samples().size(), ConditionTrace::longest);
    EXPECT_EQ(trace.samples().front().step, 0);
    for (const ConditionTrace::Sample& sample : trace.samples()) {
        ASSERT_EQ(sample.jacobians.size(), 1U) << sample.step;
        EXPECT_EQ(sample.jacobians[0], 1 + static_cast<double>(sample.step));
    }
}

}  // namespace
}  // namespace muonscope
