#include "app/gui/plots/axis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/plots/series_plot.h"

namespace muonscope::plots {
namespace {

TEST(Axes, map_values_to_pixels_and_back) {
    Axes axes;
    axes.position = {100, 50};
    axes.extent = {400, 200};
    axes.x = Axis::between(1e-4, 1, {true});
    axes.y = Axis::between(-1, 3);
    EXPECT_FLOAT_EQ(axes.pixel_x(1e-4), 100);
    EXPECT_FLOAT_EQ(axes.pixel_x(1e-2), 300);
    EXPECT_FLOAT_EQ(axes.pixel_x(1), 500);
    EXPECT_FLOAT_EQ(axes.pixel_y(-1), 250);
    EXPECT_FLOAT_EQ(axes.pixel_y(3), 50);
    for (const double x : {2e-4, 0.03, 0.7})
        EXPECT_NEAR(axes.value_x(axes.pixel_x(x)) / x, 1, 1e-5);
    EXPECT_NEAR(axes.value_y(axes.pixel_y(1.3)), 1.3, 1e-5);
}

TEST(Axes, keep_what_they_do_not_show_near_their_edge) {
    Axes axes;
    axes.position = {0, 0};
    axes.extent = {100, 100};
    axes.x = axes.y = Axis::between(1, 10, {true});
    for (const double value : {0.0, -1.0, 1e-300, 1e300, double{INFINITY}}) {
        EXPECT_GE(axes.pixel_x(value), -401);
        EXPECT_LE(axes.pixel_x(value), 501);
        EXPECT_TRUE(std::isfinite(axes.pixel_y(value)));
    }
    EXPECT_LT(axes.pixel_x(0), 0);
    EXPECT_GT(axes.pixel_x(1e300), 100);
}

TEST(SeriesTable, has_a_row_a_step_and_a_column_a_series) {
    const std::vector<Series> series{{"SGD", {}, Dash::solid, {0, 1, 2, 9}, {5, 4, 3, 1}, true},
                                     {"Muon", {}, Dash::dashed, {0, 2, 3}, {7, 6, 2}, true}};
    const Table table = series_table(series, 1, 3, true);
    EXPECT_EQ(table.columns, (std::vector<std::string>{"step", "SGD", "Muon"}));
    EXPECT_TRUE(table.logarithmic);
    EXPECT_EQ(to_csv(table), "step,SGD,Muon\n1,4,\n2,3,6\n3,,2\n");
}

TEST(SeriesTable, names_the_steps_at_which_a_series_passed_its_level) {
    std::vector<Series> series{{"a", {}, Dash::solid, {0, 1, 2}, {1, -3, -1}, true}};
    series[0].crossings = {NAN, 0.25, NAN};
    EXPECT_EQ(to_csv(series_table(series, 0, 2, false)),
              "step,a,a crossing\n0,1,\n1,-3,0.25\n2,-1,\n");
    series[0].firsts = {0, 1, 2};
    series[0].lows = {1, -4, -1};
    series[0].highs = {1, 2, -1};
    const Table table = series_table(series, 0, 2, false);
    EXPECT_EQ(to_csv(table),
              "step,a,a min,a max,a crossing\n0,1,1,1,\n1,-3,-4,2,0.25\n2,-1,-1,-1,\n");
    // Neither ranges nor crossings are curves of their own.
    EXPECT_EQ(table.drawn, (std::vector<int>{0}));
    EXPECT_EQ(table.per_lane, 4);
}

}  // namespace
}  // namespace muonscope::plots
