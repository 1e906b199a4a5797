// What a chart says comes out of its drawing and its table as it went in.

#include "app/gui/plots/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "app/gui/plots/page.h"
#include "app/gui/theme.h"
#include "tests/gui/drawing.h"

namespace muonscope::plots {
namespace {

struct Attributes {
    std::string tag;
    std::map<std::string, std::string> of;
    std::string text;  // up to the next tag
    double number(const char* name) const { return std::stod(of.at(name)); }
};

// Every tag of a drawing with its attributes.
std::vector<Attributes> parsed(const std::string& svg) {
    std::vector<Attributes> tags;
    for (std::size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
        const std::size_t end = svg.find('>', at);
        const std::string inside = svg.substr(at + 1, end - at - 1);
        Attributes tag;
        tag.tag = inside.substr(0, inside.find_first_of(" /", 1));
        for (std::size_t eq = inside.find("=\""); eq != std::string::npos;
             eq = inside.find("=\"", eq + 2)) {
            const std::size_t name = inside.rfind(' ', eq) + 1;
            const std::size_t close = inside.find('"', eq + 2);
            tag.of[inside.substr(name, eq - name)] = inside.substr(eq + 2, close - eq - 2);
        }
        const std::size_t next = svg.find('<', end);
        if (next != std::string::npos) tag.text = svg.substr(end + 1, next - end - 1);
        tags.push_back(std::move(tag));
    }
    return tags;
}

// Value at a place, from the labels of the axes as a reader would take it.
struct Reading {
    std::vector<std::pair<double, double>> across, up;  // place, value
    static double at(const std::vector<std::pair<double, double>>& marks, double place,
                     bool logarithmic) {
        const auto &a = marks.front(), &b = marks.back();
        const double share = (place - a.first) / (b.first - a.first);
        return logarithmic ? a.second * std::pow(b.second / a.second, share)
                           : a.second + share * (b.second - a.second);
    }
};

Reading reading_of(const std::vector<Attributes>& tags) {
    Reading reading;
    for (const Attributes& tag : tags) {
        if (tag.tag != "text" || !tag.of.contains("text-anchor")) continue;
        const auto value = gui::number_in(tag.text);
        if (!value) continue;
        if (tag.of.at("text-anchor") == "middle")
            reading.across.emplace_back(tag.number("x"), *value);
        else
            reading.up.emplace_back(tag.number("y") - 0.36 * 8, *value);
    }
    return reading;
}

std::vector<std::pair<double, double>> points_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::pair<double, double>> result;
    for (double x, y; stream >> x;) {
        stream.ignore(1);
        stream >> y;
        result.emplace_back(x, y);
    }
    return result;
}

Chart everything(bool x_log, bool y_log) {
    Chart chart;
    chart.x = {x_log ? 0.1 : 0, 10, x_log, "n"};
    chart.y = {y_log ? 0.01 : 0, 100, y_log, "seconds"};
    Curve curve;
    curve.name = "times & more";
    curve.ink = {{1, 0, 0, 1}, Dash::dashed, 1};
    curve.x = {1, 2, 5, 8};
    curve.y = {2, 4, 10, 40};
    curve.low = {1, 3, 9, 30};
    curve.high = {3, 5, 20, 60};
    curve.dots = true;
    chart.marks.emplace_back(curve);
    chart.marks.emplace_back(Function{"law", {{0, 0, 1, 1}}, [](double x) { return 5 * x; }});
    Bars bars;
    bars.name = "bars";
    bars.colour = {0, 1, 0, 1};
    bars.from = {0.5, 4};
    bars.to = {1.5, 6};
    bars.height = {20, 50};
    bars.beside = {{"share", {0.25, 0.75}}};
    chart.marks.emplace_back(bars);
    Points points;
    points.name = "points";
    points.colour = {1, 0, 1, 1};
    points.x = {3, 7};
    points.y = {30, 70};
    chart.marks.emplace_back(points);
    chart.marks.emplace_back(Rule{"level", false, 25, {{0, 1, 1, 1}, Dash::dotted}});
    chart.marks.emplace_back(Span{6, 7, {0.5F, 0.5F, 0, 1}});
    return chart;
}

TEST(Chart, stands_in_its_drawing_where_its_values_are) {
    for (const bool x_log : {false, true})
        for (const bool y_log : {false, true}) {
            SCOPED_TRACE(std::to_string(x_log) + std::to_string(y_log));
            const auto tags = parsed(to_svg(page_of(std::vector{everything(x_log, y_log)}, "all")));
            const Reading reading = reading_of(tags);
            ASSERT_GE(reading.across.size(), 2U);
            ASSERT_GE(reading.up.size(), 2U);
            const auto x = [&](double place) { return Reading::at(reading.across, place, x_log); };
            const auto y = [&](double place) { return Reading::at(reading.up, place, y_log); };
            const auto near = [](double a, double b) { EXPECT_NEAR(a / b, 1, 0.01); };
            std::vector<std::vector<std::pair<double, double>>> lines;
            int bars = 0, discs = 0, spans = 0;
            for (const Attributes& tag : tags) {
                if (tag.tag == "polyline") lines.push_back(points_of(tag.of.at("points")));
                const auto fill = tag.of.find("fill");
                if (tag.tag == "rect" && fill != tag.of.end() && fill->second == "#00ff00" &&
                    tag.number("width") > 6.5) {
                    near(x(tag.number("x")), bars == 0 ? 0.5 : 4);
                    near(x(tag.number("x") + tag.number("width")), bars == 0 ? 1.5 : 6);
                    near(y(tag.number("y")), bars == 0 ? 20 : 50);
                    ++bars;
                }
                if (tag.tag == "rect" && fill != tag.of.end() && fill->second == "#808000") {
                    near(x(tag.number("x")), 6);
                    near(x(tag.number("x") + tag.number("width")), 7);
                    ++spans;
                }
                if (tag.tag == "circle" && fill != tag.of.end() && fill->second == "#ff00ff") {
                    near(x(tag.number("cx")), discs == 0 ? 3 : 7);
                    near(y(tag.number("cy")), discs == 0 ? 30 : 70);
                    ++discs;
                }
            }
            ASSERT_EQ(lines.size(), 2U);
            ASSERT_EQ(lines[0].size(), 4U);
            const Chart chart = everything(x_log, y_log);
            const auto& curve = std::get<Curve>(chart.marks.front());
            for (std::size_t i = 0; i < 4; ++i) {
                near(x(lines[0][i].first), curve.x[i]);
                near(y(lines[0][i].second), curve.y[i]);
            }
            ASSERT_GT(lines[1].size(), 300U);
            for (const auto& [px, py] : lines[1])
                if (x(px) > 0.5) {
                    EXPECT_NEAR(y(py) / (5 * x(px)), 1, 0.02);
                }
            EXPECT_EQ(bars, 2);
            EXPECT_EQ(discs, 2);
            EXPECT_EQ(spans, 1);
        }
}

double cell(const Table& table, double index, const std::string& column) {
    const auto at = std::find(table.columns.begin(), table.columns.end(), column);
    EXPECT_NE(at, table.columns.end()) << column;
    if (at == table.columns.end()) return NAN;
    for (const auto& row : table.rows)
        if (row.front() == index) return row[at - table.columns.begin()];
    ADD_FAILURE() << "no row " << index;
    return NAN;
}

TEST(Chart, has_a_table_with_a_row_a_point_and_a_column_a_mark) {
    const Table table = table_of(everything(false, false));
    EXPECT_EQ(table.columns.front(), "n");
    EXPECT_EQ(cell(table, 5, "times & more"), 10);
    EXPECT_EQ(cell(table, 5, "times & more low"), 9);
    EXPECT_EQ(cell(table, 5, "times & more high"), 20);
    EXPECT_EQ(cell(table, 5, "bars"), 50);
    EXPECT_EQ(cell(table, 5, "share"), 0.75);
    EXPECT_EQ(cell(table, 7, "points"), 70);
    EXPECT_EQ(cell(table, 7, "law"), 35);
    EXPECT_TRUE(std::isnan(cell(table, 7, "bars")));
    EXPECT_EQ(table.rows.size(), 6U);  // 1, 2, 3, 5, 7, 8
}

TEST(Chart, exports_what_its_axis_shows_and_no_more) {
    Chart chart = everything(false, false);
    chart.x.min = 2.5;
    chart.x.max = 7.5;
    const Table table = table_of(chart);
    ASSERT_EQ(table.rows.size(), 3U);  // 3, 5, 7
    EXPECT_EQ(table.rows.front().front(), 3);
    EXPECT_EQ(table.rows.back().front(), 7);
}

TEST(Chart, of_functions_alone_is_taken_over_the_whole_axis) {
    Chart chart;
    chart.x = {0.01, 1, true, "x"};
    chart.marks.emplace_back(Function{"double", {}, [](double x) { return 2 * x; }});
    const Table table = table_of(chart);
    ASSERT_EQ(table.rows.size(), 401U);
    EXPECT_NEAR(table.rows.front()[0], 0.01, 1e-12);
    EXPECT_NEAR(table.rows.back()[0], 1, 1e-12);
    for (const auto& row : table.rows) EXPECT_EQ(row[1], 2 * row[0]);
}

TEST(Chart, of_a_matrix_has_a_row_an_entry_and_small_multiples_share_a_table) {
    Chart chart;
    chart.x = {0, 3};
    chart.y = {-2, 0};
    chart.place = {{"lane", 1}};
    Cells cells;
    cells.values = Matrix{{1, 2, 3}, {4, 5, 6}};
    cells.colour = [](double) { return ImVec4{}; };
    chart.marks.emplace_back(cells);
    Chart second = chart;
    second.place.front().second = 2;
    second.x = {1, 2};
    const Table table = table_of(std::vector{chart, second});
    EXPECT_EQ(table.columns, (std::vector<std::string>{"lane", "row", "column", "value"}));
    ASSERT_EQ(table.rows.size(), 8U);
    EXPECT_EQ(table.rows[5], (std::vector<double>{1, 2, 3, 6}));
    EXPECT_EQ(table.rows[6], (std::vector<double>{2, 1, 2, 2}));
}

TEST(Chart, has_a_legend_of_what_is_named) {
    const std::vector<KeyRow> key = key_of(everything(false, false));
    std::vector<std::string> names;
    for (const KeyRow& row : key) names.push_back(row.name);
    EXPECT_EQ(names, (std::vector<std::string>{"times & more", "law", "bars", "points", "level"}));
    EXPECT_EQ(key[0].dash, Dash::dashed);
    EXPECT_TRUE(key[2].filled);
}

}  // namespace
}  // namespace muonscope::plots
