#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/gui/plots/axis.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "core/base/types.h"
#include "imgui.h"

// What a plot shows, said once: the screen (drawn_chart.h), a drawing for paper (page.h) and a
// table of its values are made from it.
namespace muonscope::plots {

struct ChartAxis {
    double min = 0, max = 1;
    bool logarithmic = false;  // then min > 0
    std::string title = {};    // below the axis, or above the upper left corner
    double floor = 0;          // logarithmic only: what is smaller lies here; 0: none
    // Where it is labelled, on so many pixels; empty: at round numbers.
    std::function<Ticks(double min, double max, float length)> ticks = {};
    bool lines = true;         // a line through the plot at each label
    double linear_within = 0;  // > 0: symmetric, see AxisScale; logarithmic is false then
    AxisScale scale() const { return {logarithmic, floor, linear_within}; }
};

struct Ink {
    ImVec4 colour{0, 0, 0, 1};
    Dash dash = Dash::solid;
    float weight = 1;  // of the theme's lines
};

// Numbers of a mark that stand in the table; as many as it has points.
struct Column {
    std::string name;
    std::vector<double> values;
};

// What every mark with values of its own has.
struct Named {
    std::string name = {};  // in the legend; empty: neither there nor in the table
    Column index = {};      // which row of the table a point is; empty: its x
    // Columns of the table: of x, empty: none but the index; of y, empty: as its name; and further.
    std::string across = {}, up = {};
    std::vector<Column> beside = {};
    std::optional<std::string> key = {};  // in the legend instead of the name; "": not there
};

// A line through points; one that is not finite breaks it.
struct Curve : Named {
    Ink ink;
    std::vector<double> x, y;
    std::vector<double> low{}, high{};  // of each point: a whisker; none: empty
    bool dots = false;                  // a dot at each point
    bool band = false;                  // low to high as one pale area, not as whiskers
};
// y = f(x) over the whole axis.
struct Function {
    std::string name;  // as Named's
    Ink ink;
    std::function<double(double)> f;
};
// Rectangles from the base line.
struct Bars : Named {
    ImVec4 colour{0, 0, 0, 1};
    std::vector<double> from, to, height;
    std::vector<ImVec4> colours{};  // of each; empty: all alike
    double base = 0;
    bool sideways = false;         // `from` and `to` are heights, and they reach to the right
    bool ends_alone = false;       // a stroke where each ends, and nothing below it
    bool outlined = false;         // paler inside
    bool at_least_a_line = false;  // one of no height is still seen
    float widest = 0;              // em; 0: as wide as it is said
};
enum class Shape { disc, square, diamond, up, down, plus, cross, ring };
inline constexpr int shapes = 8;
// Points in the plane.
struct Points : Named {
    ImVec4 colour{0, 0, 0, 1};
    std::vector<double> x, y;
    std::vector<ImVec4> colours{};  // of each; empty: all alike
    std::vector<Shape> kinds{};     // of each; empty: all discs
    Shape kind = Shape::disc;
    float radius = 0.2F;  // em
    bool edged = true;    // a rim in the card's colour tells it from what lies below
    float fade = 1;       // of all
};
// A short stroke at the foot of the plot for each value.
struct Rug : Named {
    std::vector<double> x;
    std::vector<ImVec4> colours;
};
// A line through the whole plot, with a word beside its upper or right end.
struct Rule {
    std::string name;  // in the legend; empty: not there
    bool upright = true;
    double at = 0;
    Ink ink;
    std::string word = {};
    bool at_foot = false;  // the word, as those of events are
};
// A range that is shaded from bottom to top.
struct Span {
    double from = 0, to = 0;
    ImVec4 colour;
};
// A matrix as coloured squares: entry (i, j) covers j … j + 1 across and −i − 1 … −i up.
struct Cells : Named {
    Matrix values;
    double low = 0, high = 1;                    // what the colours span, evenly
    std::function<ImVec4(double)> colour;        // of a finite value
    ImVec4 none{0.5F, 0.5F, 0.5F, 1};            // of one that is not
    std::string row = "row", column = "column";  // names in the table
};

using ChartMark = std::variant<Curve, Function, Bars, Points, Rug, Rule, Span, Cells>;

struct Chart {
    std::string title = {};  // above it on paper
    ChartAxis x, y;
    std::vector<ChartMark> marks = {};  // those in front last
    bool legend = true;                 // on the screen; on paper there is always one
    bool equal = false;                 // a unit is as long up as it is across
    // In the table: columns that are the same in all rows, such as which lane.
    std::vector<std::pair<std::string, double>> place = {};
};

// What its named marks look like.
std::vector<KeyRow> key_of(const Chart& chart);
// A row a point that lies within the axis across, a column a mark; what has the same index shares a
// row. Functions are taken at the other marks' x, or at 401 places where there is none.
Table table_of(const Chart& chart);
// One below the other; columns of the same name are one.
Table table_of(std::span<const Chart> charts);

}  // namespace muonscope::plots
