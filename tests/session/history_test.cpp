#include "core/session/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

TEST(SamplingRule, is_dense_first_then_takes_a_pair_of_two_of_four_of_eight) {
    const SamplingRule rule{.dense = 8, .sparsest = 8};
    for (std::int64_t step = 0; step < 8; ++step) EXPECT_TRUE(rule.due(step)) << step;
    // Groups of two pairs up to step 16, of four up to 32, of eight beyond: one pair of each.
    const auto pairs_within = [&](std::int64_t first, std::int64_t last) {
        int pairs = 0;
        for (std::int64_t step = first; step <= last; step += 2) pairs += rule.due(step) ? 1 : 0;
        return pairs;
    };
    for (std::int64_t first = 9; first < 15; first += 4)
        EXPECT_EQ(pairs_within(first, first + 3), 1) << first;
    for (std::int64_t first = 17; first < 31; first += 8)
        EXPECT_EQ(pairs_within(first, first + 7), 1) << first;
    for (std::int64_t first = 33; first < 1000; first += 16)
        EXPECT_EQ(pairs_within(first, first + 15), 1) << first;
}

const SamplingRule rules[]{{256, 64}, {7, 16}, {1, 4}, {100, 64, 8}, {5, 1}};

TEST(SamplingRule, takes_both_steps_of_a_pair_or_none) {
    for (const SamplingRule& rule : rules)
        for (const std::int64_t stretch : {1, 2, 8})
            for (std::int64_t step = 1; step < 3000; step += 2)
                ASSERT_EQ(rule.due(step, stretch), rule.due(step + 1, stretch)) << step;
}

TEST(SamplingRule, stretched_keeps_some_of_what_it_took_and_takes_nothing_else) {
    for (const SamplingRule& rule : rules)
        for (const std::int64_t stretch : {1, 2, 4})
            for (std::int64_t step = 0; step < 3000; ++step)
                ASSERT_TRUE(!rule.due(step, 2 * stretch) || rule.due(step, stretch)) << step;
}

// What comes back every few steps is seen in all of its phases, powers of two among them, and not
// only over the whole run.
TEST(SamplingRule, shows_every_phase_of_what_comes_back_after_2_to_12_steps) {
    const SamplingRule rule{.dense = 256, .sparsest = 1024};
    for (int period = 2; period <= 12; ++period)
        for (std::int64_t from = 256; from < 1 << 20; from *= 4) {
            std::set<std::int64_t> phases;
            std::int64_t rows = 0;
            for (std::int64_t step = rule.next_due(from); step < 4 * from;
                 step = rule.next_due(step), ++rows)
                phases.insert(step % period);
            EXPECT_EQ(phases.size(), static_cast<std::size_t>(period)) << from << ", " << rows;
        }
}

// As a beat: a swing whose period is off a power of two by a little looks slow when sampled at its
// multiples.
TEST(SamplingRule, takes_neighbours_that_differ_however_slowly_a_swing_drifts) {
    const SamplingRule rule{.dense = 256, .sparsest = 64};
    for (const double period : {2.001, 2.9997, 4.0002, 8.0001, 16.0003}) {
        double low = 1, high = -1;
        for (std::int64_t step = rule.next_due(3000); step < 4000; step = rule.next_due(step)) {
            const double value =
                std::sin(2 * 3.14159265358979 * static_cast<double>(step) / period);
            low = std::min(low, value);
            high = std::max(high, value);
        }
        EXPECT_LT(low, -0.6) << period;
        EXPECT_GT(high, 0.6) << period;
    }
}

TEST(SamplingRule, next_due_is_the_smallest_step_that_is_due) {
    for (const SamplingRule& rule : rules)
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

// A history that followed one channel at every step, whatever of it was recorded.
TEST(History, thinning_loses_no_extreme_of_what_was_followed_and_no_half_of_a_pair) {
    const auto truth = [](std::int64_t step) {
        return std::sin(1.7 * static_cast<double>(step)) + (step == 777 ? 9 : 0);
    };
    for (const std::size_t rows : {16U, 64U, 65U}) {
        History history(2, rows, {.dense = 16, .sparsest = 4}, 0, 1);
        std::vector<double> low{INFINITY}, high{-INFINITY};
        for (std::int64_t step = 0; step <= 3000; ++step) {
            const double value = truth(step);
            if (!history.due(step)) {
                low[0] = std::min(low[0], value);
                high[0] = std::max(high[0], value);
                continue;
            }
            if (history.append(step, std::vector<double>{value, 2 * value}, low, high)) {
                low = {INFINITY};
                high = {-INFINITY};
            }
            const HistoryView view = history.view();
            ASSERT_LE(view.size(), std::max<std::size_t>(rows, History::min_rows));
            if (step % 100 != 0) continue;
            for (std::size_t i = 0; i < view.size(); ++i) {
                double expected_low = INFINITY, expected_high = -INFINITY;
                for (std::int64_t s = view.first_step(i); s <= view.step(i); ++s) {
                    expected_low = std::min(expected_low, truth(s));
                    expected_high = std::max(expected_high, truth(s));
                }
                ASSERT_EQ(view.low(i, 0), expected_low) << view.step(i);
                ASSERT_EQ(view.high(i, 0), expected_high) << view.step(i);
                ASSERT_EQ(view.low(i, 1), 2 * truth(view.step(i)));
            }
        }
        const HistoryView view = history.view();
        for (std::size_t i = 1; i + 1 < view.size(); ++i) {
            const std::int64_t step = view.step(i), other = step % 2 == 1 ? step + 1 : step - 1;
            const std::size_t at = view.find(other);
            ASSERT_EQ(view.step(at), other) << step;
        }
    }
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
