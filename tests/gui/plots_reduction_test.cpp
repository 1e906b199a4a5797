#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "app/gui/plots/reduction.h"
#include "core/session/history.h"

namespace muonscope::plots {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<CurvePoint> reduce(const std::vector<double>& values, double x_min, double x_max,
                               int bins) {
    Reduction reduction;
    reduction.begin(1, {x_min, x_max, bins});
    for (std::size_t i = 0; i < values.size(); ++i)
        reduction.add(static_cast<double>(i), std::span(&values[i], 1));
    std::vector<CurvePoint> points;
    reduction.trace(0, points);
    return points;
}

std::vector<double> noise(std::size_t count) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    std::vector<double> values(count);
    for (double& value : values) value = normal(random);
    return values;
}

// A history made of one block after another, without the writer's rules.
HistoryView history_of(std::size_t rows, std::size_t channels, std::uint64_t generation,
                       double (*value)(std::size_t row, std::size_t channel)) {
    std::vector<std::shared_ptr<const HistoryBlock>> blocks;
    for (std::size_t start = 0; start < rows; start += HistoryBlock::capacity) {
        auto block = std::make_shared<HistoryBlock>(channels);
        for (std::size_t i = 0; i < HistoryBlock::capacity && start + i < rows; ++i) {
            block->steps[i] = static_cast<std::int64_t>(start + i);
            for (std::size_t c = 0; c < channels; ++c)
                block->values[i * channels + c] = value(start + i, c);
        }
        blocks.push_back(std::move(block));
    }
    return HistoryView(std::move(blocks), channels, rows, generation);
}

TEST(Reduction, keeps_the_extremes_of_every_bin) {
    const auto values = noise(5000);
    const int bins = 50;
    const auto points = reduce(values, 0, 5000, bins);
    for (int bin = 0; bin < bins; ++bin) {
        float low = 1e9f, high = -1e9f;
        for (int i = 100 * bin; i < 100 * (bin + 1); ++i) {
            low = std::min(low, static_cast<float>(values[i]));
            high = std::max(high, static_cast<float>(values[i]));
        }
        float drawn_low = 1e9f, drawn_high = -1e9f;
        for (const CurvePoint& point : points)
            if (point.x >= static_cast<float>(bin) && point.x < static_cast<float>(bin + 1)) {
                drawn_low = std::min(drawn_low, point.y);
                drawn_high = std::max(drawn_high, point.y);
            }
        EXPECT_EQ(drawn_low, low) << "bin " << bin;
        EXPECT_EQ(drawn_high, high) << "bin " << bin;
    }
}

TEST(HistoryReduction, of_groups_has_the_means_of_their_channels) {
    const HistoryView history = history_of(100, 7, 1, [](std::size_t row, std::size_t channel) {
        return static_cast<double>(row * row) + 10.0 * static_cast<double>(channel * channel);
    });
    HistoryReduction means;
    const std::vector<int> begins{0, 1, 3, 6};
    EXPECT_TRUE(means.update_means(history, 1, begins, {0, 100, 100}));
    EXPECT_FALSE(means.update_means(history, 1, begins, {0, 100, 100})) << "nothing is new";
    ASSERT_EQ(means.reduction().channels(), 3);
    // Channels 1; 2, 3; 4, 5, 6.
    const std::array squares{1.0, (4.0 + 9) / 2, (16.0 + 25 + 36) / 3};
    for (int group = 0; group < 3; ++group)
        for (const int row : {0, 1, 40, 99}) {
            const Reduction::Column column = means.reduction().column(row + 1, group);
            const double expected = row * row + 10 * squares[static_cast<std::size_t>(group)];
            EXPECT_NEAR(column.last, expected, 1e-3) << group << " at " << row;
        }
    // Other groups and none: nothing is left of those before.
    EXPECT_TRUE(means.update_means(history, 1, std::vector<int>{0, 6}, {0, 100, 100}));
    EXPECT_EQ(means.reduction().channels(), 1);
    EXPECT_TRUE(means.update(history, 2, 2, {0, 100, 100}));
    ASSERT_EQ(means.reduction().channels(), 2);
    EXPECT_NEAR(means.reduction().column(1, 1).last, 90, 1e-3);
}

TEST(Reduction, draws_at_most_four_points_a_bin_in_order_of_x) {
    const auto points = reduce(noise(100000), 0, 100000, 64);
    EXPECT_LE(points.size(), 4u * 64u);
    EXPECT_GT(points.size(), 2u * 64u);
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_GE(points[i].x, points[i - 1].x);
}

TEST(Reduction, keeps_the_first_and_the_last_sample) {
    const auto values = noise(999);
    const auto points = reduce(values, 0, 1000, 10);
    EXPECT_EQ(points.front().y, static_cast<float>(values.front()));
    EXPECT_FLOAT_EQ(points.front().x, 0);
    EXPECT_EQ(points.back().y, static_cast<float>(values.back()));
    EXPECT_FLOAT_EQ(points.back().x, 9.98f);
}

TEST(Reduction, leaves_few_samples_as_they_are) {
    const auto points = reduce({3, 1, 2}, 0, 10, 100);
    ASSERT_EQ(points.size(), 3u);
    EXPECT_EQ(points[0].y, 3);
    EXPECT_EQ(points[1].y, 1);
    EXPECT_EQ(points[2].y, 2);
    EXPECT_FLOAT_EQ(points[2].x, 20);
}

TEST(Reduction, breaks_the_line_where_a_value_is_not_finite) {
    const auto points = reduce({1, 2, nan, 4, 5}, 0, 5, 100);
    ASSERT_EQ(points.size(), 5u);
    EXPECT_EQ(points[1].y, 2);
    EXPECT_TRUE(std::isnan(points[2].y));
    EXPECT_EQ(points[3].y, 4);
}

TEST(Reduction, draws_nothing_of_nothing_and_of_nan_alone) {
    EXPECT_TRUE(reduce({}, 0, 1, 10).empty());
    EXPECT_TRUE(reduce({nan, nan}, 0, 2, 10).empty());
    double low, high;
    Reduction reduction;
    reduction.begin(1, {0, 1, 1});
    EXPECT_FALSE(reduction.extent(0, 1, low, high));
}

TEST(Reduction, a_line_enters_and_leaves_through_the_edges) {
    std::vector<double> values(100);
    for (std::size_t i = 0; i < 100; ++i) values[i] = static_cast<double>(i);
    const auto points = reduce(values, 40.5, 49.5, 9);
    EXPECT_EQ(points.front().y, 40);
    EXPECT_LT(points.front().x, 0);
    EXPECT_EQ(points.back().y, 50);
    EXPECT_GT(points.back().x, 9);
}

TEST(Reduction, one_sample_is_one_point) {
    const auto points = reduce({5}, 0, 200, 100);
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].y, 5);
}

TEST(Reduction, survives_infinity_and_numbers_beyond_float) {
    const auto points = reduce({1e300, std::numeric_limits<double>::infinity(), -1e300}, 0, 3, 10);
    for (const CurvePoint& point : points) EXPECT_FALSE(std::isinf(point.y));
    EXPECT_EQ(points.size(), 3u);
}

TEST(HistoryReduction, reading_as_it_grows_gives_what_reading_at_once_gives) {
    const auto value = [](std::size_t row, std::size_t channel) {
        return std::sin(0.37 * static_cast<double>(row)) + static_cast<double>(channel);
    };
    HistoryReduction growing, whole;
    for (std::size_t rows = 1; rows <= 700; rows += 13)
        growing.update(history_of(rows, 6, 1, value), 2, 3, {0, 800, 50});
    const auto full = history_of(700, 6, 1, value);
    growing.update(full, 2, 3, {0, 800, 50});
    whole.update(full, 2, 3, {0, 800, 50});
    for (int channel = 0; channel < 3; ++channel) {
        std::vector<CurvePoint> a, b;
        growing.reduction().trace(channel, a);
        whole.reduction().trace(channel, b);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            EXPECT_EQ(a[i].x, b[i].x);
            EXPECT_EQ(a[i].y, b[i].y);
        }
    }
}

TEST(HistoryReduction, says_when_nothing_changed) {
    const auto history = history_of(100, 2, 1, [](std::size_t, std::size_t) { return 1.0; });
    HistoryReduction reduction;
    EXPECT_TRUE(reduction.update(history, 0, 2, {0, 200, 10}));
    EXPECT_FALSE(reduction.update(history, 0, 2, {0, 200, 10}));
    EXPECT_TRUE(reduction.update(history, 0, 2, {0, 400, 10}));
}

TEST(HistoryReduction, forgets_a_run_that_began_again) {
    const auto old = history_of(100, 1, 1, [](std::size_t, std::size_t) { return 7.0; });
    const auto next = history_of(150, 1, 1, [](std::size_t, std::size_t) { return 3.0; });
    HistoryReduction reduction;
    reduction.update(old, 0, 1, {0, 200, 10});
    reduction.update(next, 0, 1, {0, 200, 10});
    double low, high;
    ASSERT_TRUE(reduction.reduction().extent(0, 1, low, high));
    EXPECT_EQ(low, 3);
    EXPECT_EQ(high, 3);
}

TEST(HistoryReduction, starts_inside_a_long_history_at_the_sample_before_the_range) {
    const auto history = history_of(
        1000, 1, 1, [](std::size_t row, std::size_t) { return static_cast<double>(row); });
    HistoryReduction reduction;
    reduction.update(history, 0, 1, {500.5, 510.5, 10});
    std::vector<CurvePoint> points;
    reduction.reduction().trace(0, points);
    EXPECT_EQ(points.front().y, 500);
    EXPECT_EQ(points.back().y, 511);
}

TEST(Straighten, keeps_a_line_s_ends_and_drops_the_rest) {
    std::vector<CurvePoint> points;
    for (int i = 0; i <= 100; ++i)
        points.push_back({static_cast<float>(i), 2 * static_cast<float>(i)});
    EXPECT_EQ(straighten(points, 0.1f), 2u);
    EXPECT_EQ(points[1].x, 100);
}

TEST(Straighten, moves_no_point_of_a_curve_by_more_than_the_tolerance) {
    std::vector<CurvePoint> points;
    for (int i = 0; i <= 300; ++i) {
        const auto x = static_cast<float>(i);
        points.push_back({x, 100 * std::sin(x / 40) + (i > 200 ? 3 * std::sin(x * 2) : 0)});
    }
    auto kept = points;
    const float tolerance = 0.3f;
    kept.resize(straighten(kept, tolerance));
    EXPECT_LT(kept.size(), 220u);
    std::size_t segment = 0;
    for (const CurvePoint& point : points) {
        while (segment + 2 < kept.size() && kept[segment + 1].x < point.x) ++segment;
        const CurvePoint a = kept[segment], b = kept[segment + 1];
        const float y = a.y + (b.y - a.y) * (point.x - a.x) / (b.x - a.x);
        EXPECT_NEAR(y, point.y, tolerance + 1e-3f) << "x " << point.x;
    }
}

TEST(Straighten, is_rough_only_with_what_rattles) {
    std::vector<CurvePoint> smooth, rattling;
    for (int i = 0; i <= 300; ++i) {
        const auto x = static_cast<float>(i);
        smooth.push_back({x, 100 * std::sin(x / 40)});
        rattling.push_back({x, i % 2 == 0 ? 0.2f : -0.2f});
    }
    const Tolerance tolerance(0.1f, 0.5f, 4);
    auto kept = smooth;
    kept.resize(straighten(std::span(kept), tolerance));
    std::size_t segment = 0;
    for (const CurvePoint& point : smooth) {
        while (segment + 2 < kept.size() && kept[segment + 1].x < point.x) ++segment;
        const CurvePoint a = kept[segment], b = kept[segment + 1];
        const float y = a.y + (b.y - a.y) * (point.x - a.x) / (b.x - a.x);
        EXPECT_NEAR(y, point.y, 0.2f) << "x " << point.x;
    }
    auto fine = rattling;
    EXPECT_LT(2 * straighten(std::span(rattling), tolerance), straighten(std::span(fine), 0.1f));
}

TEST(Straighten, keeps_the_top_of_a_spike) {
    std::vector<CurvePoint> points{{0, 0}, {1, 0}, {1, 50}, {1, 0}, {2, 0}};
    const std::size_t kept = straighten(points, 0.5f);
    bool top = false;
    for (std::size_t i = 0; i < kept; ++i) top = top || points[i].y == 50;
    EXPECT_TRUE(top);
}

TEST(Straighten, moves_no_edge_of_a_band_by_more_than_the_tolerance) {
    std::vector<BandColumn> columns;
    for (int i = 0; i <= 200; ++i) {
        const auto x = static_cast<float>(i);
        const float high = 40 * std::sin(x / 30);
        columns.push_back({x, high, high + 5 + 2 * std::sin(x / 7)});
    }
    auto kept = columns;
    const float tolerance = 0.4f;
    kept.resize(straighten(std::span<BandColumn>(kept), tolerance));
    EXPECT_LT(kept.size(), 120u);
    std::size_t segment = 0;
    for (const BandColumn& column : columns) {
        while (segment + 2 < kept.size() && kept[segment + 1].x < column.x) ++segment;
        const BandColumn a = kept[segment], b = kept[segment + 1];
        const float share = (column.x - a.x) / (b.x - a.x);
        EXPECT_NEAR(a.high + (b.high - a.high) * share, column.high, tolerance + 1e-3f);
        EXPECT_NEAR(a.low + (b.low - a.low) * share, column.low, tolerance + 1e-3f);
    }
}

TEST(AxisScale, puts_zero_and_negatives_on_the_floor) {
    const AxisScale scale{true, 1e-6};
    EXPECT_DOUBLE_EQ(scale.forward(0), -6);
    EXPECT_DOUBLE_EQ(scale.forward(-3), -6);
    EXPECT_DOUBLE_EQ(scale.forward(100), 2);
    EXPECT_TRUE(std::isnan(scale.forward(nan)));
    EXPECT_DOUBLE_EQ(scale.inverse(2), 100);
}

// matplotlib.scale.SymmetricalLogTransform bends otherwise near zero; what both must have is sign,
// order, zero in its place and a decade as far as a decade far out.
TEST(AxisScale, symmetric_is_linear_about_zero_and_a_decade_is_a_decade_far_out) {
    AxisScale scale;
    scale.linear_within = 0.01;
    EXPECT_EQ(scale.forward(0), 0);
    for (const double value : {1e-9, 0.003, 0.01, 1.0, 4e5}) {
        EXPECT_DOUBLE_EQ(scale.forward(-value), -scale.forward(value));
        EXPECT_NEAR(scale.inverse(scale.forward(value)), value, 1e-9 * value + 1e-15);
        EXPECT_NEAR(scale.inverse(scale.forward(-value)), -value, 1e-9 * value + 1e-15);
    }
    EXPECT_NEAR(scale.forward(1e6) - scale.forward(1e5), 1, 1e-6);
    EXPECT_NEAR(scale.forward(2e-6) / scale.forward(1e-6), 2, 1e-3);
    EXPECT_TRUE(std::isnan(scale.forward(nan)));
}

// On log(1 + step) the bins are as wide as one another there: each decade of steps has as many.
TEST(Reduction, bins_are_even_on_the_axis_scale) {
    AxisScale scale;
    scale.linear_within = 1;
    Reduction reduction;
    reduction.begin(1, {0, 99999, 50, scale});
    const double value = 2;
    for (const double step : {0.0, 9.0, 99.0, 999.0, 9999.0}) reduction.add(step, {&value, 1});
    std::vector<int> filled;
    for (int bin = 1; bin <= 50; ++bin)
        if (reduction.column(bin, 0).samples > 0) filled.push_back(bin);
    EXPECT_EQ(filled, (std::vector<int>{1, 11, 21, 31, 41}));
    EXPECT_LT(reduction.per_bin(0), 1);
    EXPECT_NEAR(reduction.per_bin(9999), 10000 * std::log(10.0) / 10, 50);
}

}  // namespace
}  // namespace muonscope::plots
