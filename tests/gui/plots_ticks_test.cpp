#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/ticks.h"

namespace muonscope::plots {
namespace {

std::string labels(const Ticks& ticks) {
    std::string all;
    for (int i = 0; i < ticks.count; ++i) {
        const std::string label = ticks.labels[i].data();
        if (!label.empty()) all += (all.empty() ? "" : " ") + label;
    }
    return all;
}

TEST(Ticks, are_round_numbers_with_the_digits_they_need) {
    EXPECT_EQ(labels(linear_ticks(0, 4.5, 9)), "0 0.5 1.0 1.5 2.0 2.5 3.0 3.5 4.0 4.5");
    EXPECT_EQ(labels(linear_ticks(0, 40, 5)), "0 10 20 30 40");
    EXPECT_EQ(labels(linear_ticks(-0.2, 0.2, 4)), "-0.2 -0.1 0 0.1 0.2");
    EXPECT_EQ(labels(linear_ticks(-4e-7, 2.1e-6, 3)), "0 1e-06 2e-06");
}

TEST(Ticks, write_thousands_short) {
    EXPECT_EQ(labels(step_ticks(0, 200, 5)), "0 50 100 150 200");
    EXPECT_EQ(labels(step_ticks(0, 20000, 4)), "0 5k 10k 15k 20k");
    EXPECT_EQ(labels(step_ticks(0, 3000, 6)), "0 500 1k 1.5k 2k 2.5k 3k");
    EXPECT_EQ(step_text(12345), "12.345k");
    EXPECT_EQ(step_text(1500000), "1.5M");
}

TEST(Ticks, of_whole_numbers_are_round_strides_apart) {
    EXPECT_EQ(round_stride(30, 100), 1);
    EXPECT_EQ(round_stride(30, 30), 1);
    EXPECT_EQ(round_stride(30, 29), 2);
    EXPECT_EQ(round_stride(30, 14), 5);
    EXPECT_EQ(round_stride(31, 6), 10);
    EXPECT_EQ(round_stride(30, 0), 50);
    EXPECT_EQ(round_stride(1, 0), 1);
    EXPECT_EQ(round_stride(1024, 1000), 50);  // a Ticks holds 48
}

TEST(Ticks, never_label_between_two_steps) {
    EXPECT_EQ(labels(step_ticks(3, 6, 20)), "3 4 5 6");
}

TEST(Ticks, label_a_log_axis_more_than_once_whatever_its_range) {
    for (const double min : {1e-9, 3e-3, 0.12, 0.4, 0.71, 5.5, 123.0})
        for (const double ratio : {1.05, 1.3, 2.0, 4.0, 9.0, 30.0, 1e3, 1e8}) {
            const Ticks ticks = log_ticks(min, min * ratio, 5);
            EXPECT_GE(ticks.labelled(), 2) << min << " times " << ratio;
            EXPECT_LE(ticks.labelled(), 9) << min << " times " << ratio;
            for (int i = 0; i < ticks.count; ++i) {
                const double value = ticks.values[i];
                EXPECT_GE(value, min * (1 - 1e-6));
                EXPECT_LE(value, min * ratio * (1 + 1e-6));
            }
        }
    EXPECT_EQ(labels(log_ticks(0.5, 3, 5)), "0.5 1 2");
    EXPECT_EQ(labels(log_ticks(1e-8, 1, 4)), "10⁻⁶ 0.001 1");
    EXPECT_EQ(labels(log_ticks(0.005, 30, 5)), "0.01 0.1 1 10");
}

TEST(Ticks, of_an_impossible_range_are_none) {
    EXPECT_EQ(linear_ticks(1, 1, 5).count, 0);
    EXPECT_EQ(linear_ticks(0, std::nan(""), 5).count, 0);
    EXPECT_EQ(log_ticks(0, 1, 5).count, 0);
    EXPECT_EQ(log_ticks(-1, 1, 5).count, 0);
}

TEST(Ticks, show_values_with_four_digits) {
    EXPECT_EQ(value_text(0.58171), "0.5817");
    EXPECT_EQ(value_text(0.0123456), "0.01235");
    EXPECT_EQ(value_text(4), "4.000");
    EXPECT_EQ(value_text(1.336e-7), "1.336e-07");
    EXPECT_EQ(value_text(std::nan("")), "–");
    EXPECT_EQ(value_text(0), "0");
}

TEST(Ticks, nice_ceiling_is_the_next_round_number) {
    EXPECT_DOUBLE_EQ(nice_ceiling(200), 200);
    EXPECT_DOUBLE_EQ(nice_ceiling(201), 250);
    EXPECT_DOUBLE_EQ(nice_ceiling(0.0031), 0.004);
    EXPECT_DOUBLE_EQ(nice_ceiling(9.5), 10);
    EXPECT_DOUBLE_EQ(nice_ceiling(0), 1);
}

TEST(StepAxis, is_at_its_target_within_ten_frames_and_never_beyond) {
    StepRange shown{0, 200};
    int frames = 0;
    double before = shown.max;
    while (ease(shown, 400)) {
        EXPECT_GT(shown.max, before);
        EXPECT_LT(shown.max, 400);
        before = shown.max;
        ASSERT_LT(++frames, 10);
    }
    EXPECT_EQ(shown.max, 400);
    EXPECT_GT(frames, 3);
    EXPECT_FALSE(ease(shown, 400));
}

TEST(StepAxis, jumps_when_another_run_is_shown) {
    StepRange shown{0, 200};
    EXPECT_FALSE(ease(shown, 20000));
    EXPECT_EQ(shown.max, 20000);
    EXPECT_FALSE(ease(shown, 200));
    EXPECT_EQ(shown.max, 200);
}

TEST(StepAxis, ends_at_a_round_number_beyond_the_run) {
    EXPECT_EQ(followed_end(0), 200);
    EXPECT_EQ(followed_end(140), 200);
    EXPECT_EQ(followed_end(199), 250);
    EXPECT_EQ(followed_end(1200), 1500);
    for (std::int64_t step = 1; step < 3000000; step += 1 + step / 7)
        EXPECT_GT(followed_end(step), static_cast<double>(step));
}

}  // namespace
}  // namespace muonscope::plots
