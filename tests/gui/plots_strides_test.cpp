#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "app/gui/plots/page.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"
#include "core/experiment/presets.h"
#include "core/session/history.h"
#include "core/session/snapshot.h"

// What plots say of the steps between rows.
namespace muonscope::plots {
namespace {

constexpr SamplingRule rule{.dense = 16, .sparsest = 64};

// Two channels that swing by one from step to step, the first followed; the first leaps to `leap`
// at step `peak`, whether it is recorded or not.
HistoryView swinging(std::int64_t steps, std::int64_t peak = -1, double leap = 9) {
    History history(2, 4096, rule, 1, 1);
    const auto value = [](std::int64_t step) { return step % 2 == 0 ? 2.0 : 3.0; };
    std::vector<double> low{INFINITY}, high{-INFINITY};
    for (std::int64_t step = 0; step <= steps; ++step) {
        const double first = step == peak ? leap : value(step);
        if (!rule.due(step)) {
            low[0] = std::min(low[0], first);
            high[0] = std::max(high[0], first);
            continue;
        }
        history.append(step, std::vector<double>{first, value(step)}, low, high);
        low = {INFINITY};
        high = {-INFINITY};
    }
    return history.view();
}

// A step between two rows, far from the dense ones.
std::int64_t unrecorded() {
    std::int64_t step = 300;
    while (rule.due(step)) ++step;
    return step;
}

TEST(Strides, the_nearest_sample_is_that_of_the_smaller_distance_on_either_side) {
    const HistoryView history = swinging(400);
    for (std::size_t sample = 1; sample < history.size(); ++sample) {
        const auto last = static_cast<double>(history.step(sample - 1));
        const auto next = static_cast<double>(history.step(sample));
        EXPECT_EQ(nearest_sample(history, last + 0.4 * (next - last)), sample - 1);
        EXPECT_EQ(nearest_sample(history, last + 0.6 * (next - last)), sample);
    }
    EXPECT_EQ(nearest_sample(history, -5), 0u);
    EXPECT_EQ(nearest_sample(history, 1e9), history.size() - 1);
}

TEST(Strides, a_swing_is_seen_in_every_bin_whatever_the_stride) {
    const HistoryView history = swinging(1200);
    for (const int bins : {40, 150, 333}) {  // three steps a bin and more
        HistoryReduction reduction;
        reduction.update(history, 0, 2, {0, 1000, bins});
        std::vector<float> low(static_cast<std::size_t>(bins)), high(low);
        for (const int channel : {0, 1}) {
            reduction.reduction().ranges(channel, low, high);
            for (int bin = 1; bin < bins; ++bin) {
                ASSERT_EQ(low[bin], 2) << bins << ", " << bin;
                ASSERT_EQ(high[bin], 3) << bins << ", " << bin;
            }
        }
    }
}

TEST(Strides, both_of_a_pair_lie_in_one_bin_so_that_its_mean_is_still) {
    const HistoryView history = swinging(1200);
    HistoryReduction reduction;
    reduction.update(history, 1, 1, {0, 999, 333});  // three steps a bin
    int seen = 0;
    for (int bin = 2; bin <= 333; ++bin) {
        const Reduction::Column column = reduction.reduction().column(bin, 0);
        if (column.samples == 0) continue;
        ++seen;
        ASSERT_EQ(column.mean, 2.5F) << bin;
    }
    EXPECT_GT(seen, 20);
}

TEST(Strides, an_extreme_between_rows_reaches_the_axis_and_the_bins_of_its_stride) {
    const std::int64_t peak = unrecorded();
    const HistoryView history = swinging(1200, peak);
    HistoryReduction reduction;
    reduction.update(history, 0, 1, {0, 1000, 500});
    double low = 0, high = 0;
    ASSERT_TRUE(reduction.reduction().extent(0, 1, low, high));
    EXPECT_EQ(high, 9);
    const auto bin = 1 + static_cast<int>(peak / 2);
    EXPECT_EQ(reduction.reduction().column(bin, 0).band_high, 9);
    EXPECT_EQ(reduction.reduction().column(bin, 0).band_low, 2);
    // Far from it there is none of it.
    EXPECT_FALSE(reduction.reduction().column(bin + 60, 0).band_high > 3);
}

TEST(Strides, what_leads_one_way_is_a_line_without_a_band) {
    History history(1, 4096, rule, 1, 1);
    std::vector<double> low{INFINITY}, high{-INFINITY};
    for (std::int64_t step = 0; step <= 1200; ++step) {
        const double value = std::exp(-0.01 * static_cast<double>(step));
        if (rule.due(step)) {
            history.append(step, std::vector<double>{value}, low, high);
            low = {INFINITY};
            high = {-INFINITY};
        } else {
            low[0] = std::min(low[0], value);
            high[0] = std::max(high[0], value);
        }
    }
    HistoryReduction reduction;
    reduction.update(history.view(), 0, 1, {0, 1000, 500});
    for (int bin = 1; bin <= 500; ++bin)
        ASSERT_TRUE(std::isnan(reduction.reduction().column(bin, 0).band_low)) << bin;
}

TEST(Strides, reading_as_rows_come_gives_what_reading_at_once_gives) {
    HistoryReduction growing, whole;
    for (std::int64_t steps = 1; steps <= 1000; steps += 7)
        growing.update(swinging(steps, unrecorded()), 0, 2, {0, 1200, 300});
    growing.update(swinging(1000, unrecorded()), 0, 2, {0, 1200, 300});
    whole.update(swinging(1000, unrecorded()), 0, 2, {0, 1200, 300});
    std::array<std::vector<float>, 4> a;
    for (auto& values : a) values.resize(300);
    for (const int channel : {0, 1}) {
        growing.reduction().ranges(channel, a[0], a[1]);
        whole.reduction().ranges(channel, a[2], a[3]);
        for (std::size_t bin = 0; bin < 300; ++bin) {
            if (std::isnan(a[0][bin]) && std::isnan(a[2][bin])) continue;
            ASSERT_EQ(a[0][bin], a[2][bin]) << bin;
            ASSERT_EQ(a[1][bin], a[3][bin]) << bin;
        }
    }
}

TEST(Strides, words_say_what_a_number_stands_for) {
    const std::int64_t peak = unrecorded();
    const HistoryView history = swinging(1200, peak);
    const Stride dense = stride_at(history, 5);
    EXPECT_EQ(stride_title(history, dense, true), "step 5");
    EXPECT_EQ(stride_value(history, dense, 0, true), "3.000");

    std::size_t sample = history.find(peak) + 1;  // the first row after it
    const Stride stride = stride_at(history, sample);
    EXPECT_EQ(stride.last, stride.first + 1);
    EXPECT_EQ(stride_at(history, stride.last).first, stride.first) << "from either of the pair";
    EXPECT_LE(stride.from, peak);
    EXPECT_GE(stride.to, peak);
    const std::string from = std::to_string(stride.from), to = std::to_string(stride.to);
    EXPECT_EQ(stride_title(history, stride, true),
              "steps " + from + "–" + to + ": last, min – max");
    EXPECT_EQ(stride_value(history, stride, 0, true), "2.000, 2.000 – 9.000");
    EXPECT_EQ(stride_title(history, stride, false),
              "steps " + std::to_string(stride.to - 1) + ", " + to + " of " + from + "–" + to);
    EXPECT_EQ(stride_value(history, stride, 1, false), "3.000, 2.000");
}

// The steps between two pairs belong to the first row of the second pair.
TEST(Strides, the_smallest_and_the_largest_are_those_of_both_rows_of_a_pair) {
    const std::int64_t between = unrecorded();
    for (const auto& [leap, words] :
         {std::pair{9.0, "2.000, 2.000 – 9.000"}, {0.5, "2.000, 0.5000 – 3.000"}}) {
        const HistoryView history = swinging(1200, between, leap);
        const std::size_t sample = history.find(between) + 1;
        for (const std::size_t of_pair : {sample, sample + 1})
            EXPECT_EQ(stride_value(history, stride_at(history, of_pair), 0, true), words);
    }
    // At the last row of a pair, which is its own stride.
    const std::int64_t last = swinging(1200).step(swinging(1200).find(between) + 2);
    for (const auto& [leap, words] :
         {std::pair{9.0, "9.000, 2.000 – 9.000"}, {0.5, "0.5000, 0.5000 – 3.000"}}) {
        const HistoryView history = swinging(1200, last, leap);
        EXPECT_EQ(stride_value(history, stride_at(history, history.find(last)), 0, true), words);
    }
}

TEST(Strides, a_drawing_for_paper_has_the_range_behind_its_line) {
    Snapshot snapshot;
    LaneSnapshot lane;
    lane.name = "SGD";
    lane.history = swinging(1200, unrecorded());
    snapshot.lanes = {lane};
    snapshot.spec = std::make_shared<const Spec>(preset("two-ways-up"));  // all data at every step
    const std::vector<std::size_t> channels{0, 1};
    const std::vector<std::string> names{"loss", "probe"};
    const Table table = history_table(snapshot, 0, 1200, channels, names);
    EXPECT_EQ(table.columns,
              (std::vector<std::string>{"step", "SGD steps", "SGD loss", "SGD loss min",
                                        "SGD loss max", "SGD probe"}));
    double steps = 0;
    for (const auto& row : table.rows) steps += row[1];
    EXPECT_EQ(steps, table.rows.back()[0] + 1) << "every step is in one row";
    const std::string svg = to_svg(page_of(std::vector{chart_of(table, gui::light_theme())}, ""));
    const std::size_t area = svg.find("fill-opacity");
    ASSERT_NE(area, std::string::npos);
    EXPECT_EQ(svg.find("fill-opacity", area + 1), std::string::npos) << "the followed one alone";
    EXPECT_LT(area, svg.find("<polyline")) << "behind";
    EXPECT_NE(svg.find("smallest to largest"), std::string::npos);
}

}  // namespace
}  // namespace muonscope::plots
