#include "core/session/history.h"

#include <gtest/gtest.h>

#include <set>

#include "core/experiment/presets.h"

namespace muonscope {
namespace {

std::vector<std::int64_t> steps_of(const HistoryView& view) {
    std::vector<std::int64_t> steps;
    for (std::size_t i = 0; i < view.size(); ++i) steps.push_back(view.step(i));
    return steps;
}

void fill(History& history, std::int64_t from, std::int64_t to) {
    for (std::int64_t step = from; step <= to; ++step) {
        if (!history.due(step)) continue;
        const std::vector<double> row = {static_cast<double>(step), -static_cast<double>(step)};
        history.append(step, row);
    }
}

TEST(SamplingRule, is_dense_first_then_doubles_with_every_doubling_of_the_step) {
    const SamplingRule rule{.dense = 8, .sparsest = 8};
    std::vector<std::int64_t> due;
    for (std::int64_t step = 0; step <= 72; ++step)
        if (rule.due(step)) due.push_back(step);
    EXPECT_EQ(due, (std::vector<std::int64_t>{0,  1,  2,  3,  4,  5,  6,  7,  8,  10, 12,
                                              14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 72}));
}

TEST(SamplingRule, next_due_is_the_smallest_step_that_is_due) {
    for (const SamplingRule rule : {SamplingRule{256, 64}, SamplingRule{7, 16}, SamplingRule{1, 4},
                                    SamplingRule{100, 64, 8}, SamplingRule{5, 1}})
        for (const std::int64_t stretch : {1, 2, 8})
            for (std::int64_t after = 0; after < 1500; ++after) {
                std::int64_t expected = after + 1;
                while (!rule.due(expected, stretch)) ++expected;
                ASSERT_EQ(rule.next_due(after, stretch), expected);
            }
}

TEST(SamplingRule, measures_more_rarely_where_measures_are_dearer) {
    Experiment small = preset("two-ways-up").experiment, large = small;
    large.network.width = 512;
    large.network.depth = 2;
    Experiment softmax = small;
    softmax.probe.task = ProbeTask::softmax;
    softmax.probe.steps = 500;
    Experiment samples = softmax;
    samples.probe.samples *= 16;
    EXPECT_GT(sampling_rule(large).densest, sampling_rule(small).densest);
    EXPECT_GT(sampling_rule(softmax).sparsest, sampling_rule(small).sparsest);
    EXPECT_GT(sampling_rule(samples).densest, sampling_rule(softmax).densest);
    EXPECT_EQ(sampling_rule(small).densest, 1);
}

TEST(History, keeps_exactly_what_is_due_under_its_present_stride) {
    const SamplingRule rule{.dense = 16, .sparsest = 4};
    History history(2, 64, rule);
    fill(history, 0, 1000);
    const auto view = history.view();
    EXPECT_LE(view.size(), 64u);
    EXPECT_GT(view.size(), 20u);
    EXPECT_EQ(view.step(0), 0);
    std::vector<std::int64_t> expected;
    for (std::int64_t step = 0; step <= 1000; ++step)
        if (history.due(step)) expected.push_back(step);
    EXPECT_EQ(steps_of(view), expected);
    for (std::size_t i = 0; i < view.size(); ++i) {
        EXPECT_EQ(view.value(i, 0), static_cast<double>(view.step(i)));
        EXPECT_EQ(view.value(i, 1), -static_cast<double>(view.step(i)));
    }
}

TEST(History, stays_within_its_rows_however_long_the_run) {
    History history(2, 1 << 20, SamplingRule{.dense = 256, .sparsest = 1});
    const std::vector<double> row(2);
    std::int64_t step = 0;
    for (int i = 0; i < 100000; ++i, step = history.next_due(step)) {
        history.append(step, row);
        ASSERT_LE(history.size(), History::max_rows);
    }
    EXPECT_LE(history.bytes(), (History::max_rows + 64) * 24);
    EXPECT_GT(step, 1000000);
}

TEST(History, bytes_follow_from_the_megabytes_asked_for) {
    const std::size_t rows = rows_within(8, 2, 1000);
    EXPECT_LE(rows * 1000 * sizeof(double) * 2, 8u << 20);
    EXPECT_EQ(rows_within(1, 8, 100000), History::min_rows);
    EXPECT_EQ(rows_within(4096, 1, 3), History::max_rows);
}

TEST(History, a_view_is_not_touched_by_what_comes_after) {
    History history(2, 128, SamplingRule{.dense = 1 << 20, .sparsest = 1});
    fill(history, 0, 99);
    const HistoryView before = history.view();
    const auto steps = steps_of(before);
    history.truncate_after(70);
    const std::vector<double> other = {777, 777};
    for (std::int64_t step = 71; step < 400; ++step) history.append(step, other);
    EXPECT_EQ(steps_of(before), steps);
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(before.value(i, 0), static_cast<double>(before.step(i)));
    EXPECT_NE(history.view().generation(), before.generation());
}

TEST(History, appending_alone_keeps_the_generation) {
    History history(2, 4096, SamplingRule{});
    fill(history, 0, 10);
    const auto generation = history.view().generation();
    fill(history, 11, 200);
    EXPECT_EQ(history.view().generation(), generation);
}

TEST(History, finds_the_sample_at_or_before_a_step) {
    History history(2, 4096, SamplingRule{.dense = 4, .sparsest = 4});
    EXPECT_EQ(history.view().find(3), history.view().size());
    fill(history, 0, 100);
    const auto view = history.view();
    for (std::int64_t step = 0; step <= 110; ++step) {
        std::size_t expected = 0;
        while (expected + 1 < view.size() && view.step(expected + 1) <= step) ++expected;
        EXPECT_EQ(view.find(step), expected);
    }
    EXPECT_EQ(view.find(-1), view.size());
}

TEST(History, a_row_that_is_there_already_is_not_written_again) {
    History history(2, 64, SamplingRule{});
    fill(history, 0, 10);
    history.append(7, std::vector<double>{1, 2});
    EXPECT_EQ(history.size(), 11u);
    EXPECT_EQ(history.view().value(7, 0), 7);
}

}  // namespace
}  // namespace muonscope
