#include "app/gui/plots/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/table_text.h"
#include "app/gui/theme.h"

namespace muonscope::plots {
namespace {

std::string svg_of_table(const Table& table, std::string_view title) {
    return to_svg(page_of(std::vector{chart_of(table, gui::light_theme())}, title));
}

// Two lanes of one column each; the second lane records every other step.
Table two_lanes(int steps) {
    Table table;
    table.columns = {"step", "SGD loss", "a < b & c loss"};
    table.per_lane = 1;
    for (int step = 0; step < steps; ++step)
        table.rows.push_back({static_cast<double>(step), std::exp(-0.01 * step),
                              step % 2 ? std::nan("") : 0.5 * std::exp(-0.02 * step)});
    return table;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

std::vector<std::pair<double, double>> points(const std::string& svg, int line) {
    std::size_t at = 0;
    for (int i = 0; i <= line; ++i) at = svg.find("points=\"", at) + 8;
    std::istringstream text(svg.substr(at, svg.find('"', at) - at));
    std::vector<std::pair<double, double>> result;
    for (double x, y; text >> x;) {
        text.ignore(1);
        text >> y;
        result.emplace_back(x, y);
    }
    return result;
}

TEST(Page, draws_a_line_a_column_and_says_what_it_is) {
    Table table = two_lanes(50);
    table.logarithmic = true;
    const std::string svg = svg_of_table(table, "Two ways up: loss");
    EXPECT_EQ(svg.rfind("</svg>\n"), svg.size() - 7);
    EXPECT_EQ(count(svg, "<polyline"), 2U) << "a step not recorded is no gap";
    EXPECT_EQ(count(svg, "a &lt; b &amp; c loss"), 2U);
    EXPECT_EQ(count(svg, "a < b"), 0U);
    EXPECT_NE(svg.find("Two ways up: loss"), std::string::npos);
    const auto line = points(svg, 0);
    ASSERT_EQ(line.size(), 50U);
    // A straight line on a logarithmic axis, falling, inside the picture.
    const double slope = (line[49].second - line[0].second) / (line[49].first - line[0].first);
    for (std::size_t i = 0; i < line.size(); ++i) {
        EXPECT_NEAR(line[i].second, line[0].second + slope * (line[i].first - line[0].first), 0.03);
        EXPECT_GE(line[i].first, 0);
        EXPECT_LE(line[i].first, 496.1);
        EXPECT_GE(line[i].second, 0);
        EXPECT_LE(line[i].second, 360);
    }
    EXPECT_GT(slope, 0);
}

TEST(Page, of_many_steps_stays_small_and_keeps_every_peak) {
    Table table = two_lanes(200000);
    table.rows[123457][1] = 7;
    const std::string svg = svg_of_table(table, "loss");
    EXPECT_LT(svg.size(), 300000U);
    const auto line = points(svg, 0);
    const double top = std::min_element(line.begin(), line.end(), [](const auto& a, const auto& b) {
                           return a.second < b.second;
                       })->second;
    EXPECT_LT(top, line.front().second - 200) << "7 beside 1";
}

TEST(Page, of_many_steps_keeps_every_peak_and_every_dip_at_its_step) {
    Table table = two_lanes(0);
    for (int step = 0; step <= 100000; ++step)
        table.rows.push_back({static_cast<double>(step), 1, 1});
    table.rows[20003][1] = 1.8;
    table.rows[50007][1] = 0.3;
    table.rows[80001][2] = 0.6;
    const std::string svg = svg_of_table(table, "loss");
    const auto first = points(svg, 0), second = points(svg, 1);
    const double level = first.front().second, left = first.front().first,
                 across = first.back().first - left;
    const auto below = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto peak = *std::min_element(first.begin(), first.end(), below);
    const auto dip = *std::max_element(first.begin(), first.end(), below);
    const auto other = *std::max_element(second.begin(), second.end(), below);
    EXPECT_NEAR(peak.first, left + 0.20003 * across, 1);
    EXPECT_NEAR(dip.first, left + 0.50007 * across, 1);
    EXPECT_NEAR(other.first, left + 0.80001 * across, 1);
    // As far from the level as the values are from 1.
    const double unit = (level - peak.second) / 0.8;
    EXPECT_GT(unit, 50);
    EXPECT_NEAR(dip.second - level, 0.7 * unit, 0.05);
    EXPECT_NEAR(other.second - level, 0.4 * unit, 0.05);
}

TEST(Page, a_nan_of_all_the_lane_has_breaks_no_line_and_nothing_at_all_is_an_empty_plot) {
    Table table = two_lanes(3);
    table.rows.clear();
    EXPECT_EQ(count(svg_of_table(table, ""), "<polyline"), 0U);
    table.rows = {{0, NAN, NAN}, {1, NAN, NAN}};
    EXPECT_EQ(count(svg_of_table(table, ""), "<polyline"), 0U);
    // Of two columns of a lane that was recorded, one not measured: a gap.
    table.per_lane = 2;
    table.rows = {{0, 1, 2}, {1, NAN, 2}, {2, 1, 2}};
    EXPECT_EQ(count(svg_of_table(table, ""), "<polyline"), 3U);
    table.drawn = {1};
    EXPECT_EQ(count(svg_of_table(table, ""), "<polyline"), 1U);
}

Chart lane_of(const std::string& name) {
    Chart chart;
    chart.title = name;
    chart.x = {0, 10, false, "step"};
    chart.y = {0, 1, false, "size"};
    Curve shared;
    shared.name = name + " size";
    shared.key = "size";
    shared.x = {0, 5, 10};
    shared.y = {0, 1, 0.5};
    chart.marks.emplace_back(shared);
    shared.name = name + " rank 2";
    shared.key = "";
    chart.marks.emplace_back(shared);
    return chart;
}

TEST(Page, small_multiples_share_a_legend_and_each_has_its_title) {
    const std::string svg =
        to_svg(page_of(std::vector{lane_of("SGD"), lane_of("Muon")}, "Two lanes", 2));
    const auto texts = [&](const std::string& word) { return count(svg, ">" + word + "</text>"); };
    EXPECT_EQ(texts("size"), 3U) << "in the legend, and above each axis";
    EXPECT_EQ(texts("SGD"), 1U);
    EXPECT_EQ(texts("Muon"), 1U);
    EXPECT_EQ(texts("Muon rank 2"), 0U);
    EXPECT_EQ(count(svg, "<title>Muon rank 2</title>"), 1U) << "what a line is, for who asks";
    // The same labels of both axes.
    EXPECT_EQ(texts("10"), 2U);
}

TEST(Page, is_as_large_as_asked_for_and_so_is_its_type) {
    const Drawing page =
        page_of(std::vector{lane_of("SGD")}, "One", 1, {.width = 85, .height = 60, .type = 6});
    EXPECT_NEAR(page.width, 85 * 72 / 25.4, 1e-9);
    EXPECT_NEAR(page.height, 60 * 72 / 25.4, 1e-9);
    for (const Drawing::Words& words : page.all<Drawing::Words>()) {
        EXPECT_LE(words.size, 1.1 * 6 + 1e-9) << words.text;
        EXPECT_GE(words.x, 0);
        EXPECT_LE(words.y, page.height);
    }
}

TEST(Page, says_what_the_ends_of_a_maps_colours_are) {
    Chart chart;
    chart.x = {0, 2};
    chart.y = {-1, 0};
    Cells cells;
    cells.values = Matrix{{-3, 0.25}};
    cells.low = -4;
    cells.high = 7;
    cells.colour = [](double value) { return ImVec4{value < 0 ? 1.0F : 0.0F, 0, 0, 1}; };
    chart.marks.emplace_back(cells);
    const std::string svg = to_svg(page_of(std::vector{chart}, "A map"));
    EXPECT_EQ(count(svg, ">-4</text>"), 1U);
    EXPECT_EQ(count(svg, ">7</text>"), 1U);
}

TEST(Page, words_of_events_stand_at_the_foot_where_they_do_not_meet) {
    Chart chart = lane_of("SGD");
    for (const double at : {2.0, 2.1, 8.0}) {
        Rule rule{"", true, at, {}};
        rule.word = at == 2.1 ? "too close to be read" : "learning rate";
        rule.at_foot = true;
        chart.marks.emplace_back(rule);
    }
    const Drawing page = page_of(std::vector{chart}, "Events");
    std::vector<double> places;
    for (const Drawing::Words& words : page.all<Drawing::Words>()) {
        EXPECT_NE(words.text, "too close to be read");
        if (words.text == "learning rate") places.push_back(words.y);
    }
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0], places[1]);
    EXPECT_GT(places[0], page.height / 2);
}

TEST(TextTable, is_escaped_for_who_reads_it) {
    TextTable table;
    table.headings = {"name", "a|b_c"};
    table.rows = {{"50 % & more\n{x}", "1.5"}, {"σ₁ − 2", "—"}};
    table.words = {0};
    EXPECT_EQ(to_csv(table), "name,a|b_c\n\"50 % & more\n{x}\",1.5\nσ₁ − 2,—\n");
    EXPECT_EQ(to_markdown(table),
              "| name | a\\|b\\_c |\n|---|---:|\n| 50 % & more {x} | 1.5 |\n| σ₁ − 2 | — |\n");
    EXPECT_EQ(to_latex(table),
              "\\begin{tabular}{lr}\n\\hline\nname & a$|$b\\_c \\\\\n\\hline\n"
              "50 \\% \\& more \\{x\\} & 1.5 \\\\\n$\\sigma$$_1$ $-$ 2 & — \\\\\n\\hline\n"
              "\\end{tabular}\n");
}

}  // namespace
}  // namespace muonscope::plots
