#include "core/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace muonscope {
namespace {

ScheduleSpec schedule(RateSchedule kind, int warmup = 0) {
    ScheduleSpec spec;
    spec.kind = kind;
    spec.warmup = warmup;
    spec.length = 110;
    spec.last = 0.01;
    return spec;
}

TEST(Schedule, warms_up_linearly_before_any_kind) {
    for (int kind = 0; kind <= static_cast<int>(RateSchedule::spike); ++kind) {
        const ScheduleSpec spec = schedule(static_cast<RateSchedule>(kind), 10);
        EXPECT_DOUBLE_EQ(rate_share(spec, 0), 0.1) << kind;
        EXPECT_DOUBLE_EQ(rate_share(spec, 8), 0.9) << kind;
        EXPECT_DOUBLE_EQ(rate_share(spec, 9), 1) << kind;
    }
}

TEST(Schedule, comes_down_as_each_kind_says_and_stays_there) {
    // Half way between step 10 and step 110.
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::linear, 10), 60), 1 - 0.99 / 2);
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::cosine, 10), 60), (1 + 0.01) / 2);
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::cosine, 10), 35),
                     0.01 + 0.99 * (1 + std::sqrt(0.5)) / 2);
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::exponential, 10), 60), 0.1);
    for (RateSchedule kind :
         {RateSchedule::linear, RateSchedule::cosine, RateSchedule::exponential})
        for (std::int64_t step : {110L, 111L, 1000000000000L})
            EXPECT_NEAR(rate_share(schedule(kind, 10), step), 0.01, 1e-15);
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::inverse_sqrt, 10), 39), 0.5);
    EXPECT_DOUBLE_EQ(rate_share(schedule(RateSchedule::inverse_sqrt), 3), 0.5);
    EXPECT_EQ(rate_share(schedule(RateSchedule::constant, 10), 5000), 1);
}

TEST(Schedule, a_spike_lasts_as_long_as_it_is_said_to) {
    ScheduleSpec spec = schedule(RateSchedule::spike);
    spec.spike_at = 20;
    spec.spike_length = 3;
    spec.spike = 7;
    for (int step = 0; step < 40; ++step)
        EXPECT_EQ(rate_share(spec, step), step >= 20 && step < 23 ? 7 : 1) << step;
}

TEST(Schedule, a_warm_up_longer_than_the_schedule_ends_where_it_ends) {
    ScheduleSpec spec = schedule(RateSchedule::cosine, 200);
    EXPECT_EQ(rate_share(spec, 199), 1);
    EXPECT_EQ(rate_share(spec, 200), 1);
    EXPECT_NEAR(rate_share(spec, 201), 0.01, 1e-15);
}

}  // namespace
}  // namespace muonscope
