#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/places.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"

// Numbers over steps that a panel worked out itself, in a step plot like any other.
namespace muonscope::plots {

struct Series {
    std::string name;
    ImVec4 colour;
    Dash dash = Dash::solid;
    std::vector<double> steps, values;  // ascending; NaN breaks the line
    bool leads = true;              // the axis has room for all of it; else it may leave the plot
    double sound_until = INFINITY;  // the last step that the axis looks at
    // Where values stand for several steps: the first of them, and smallest and largest over them.
    std::vector<double> firsts{}, lows{}, highs{};
    // Of each value: the step, since the one before, at which the series passed its level; NaN: at
    // none.
    std::vector<double> crossings{};
};
struct ReferenceLine {
    std::string name;
    double value = 0;
    ImVec4 colour;
};

struct SeriesPlot {
    std::string_view axis = {};  // name of the value axis
    const char* id = "";
    const char* name = "";  // of exported files
    bool logarithmic = false;
    std::string awaited;               // what is said as long as there is nothing
    std::vector<PlacedStep> places{};  // by step; on paper as upright lines
};

// The steps from one to another: a row a step, a column a series, where it has ranges one with
// "… min" and one with "… max", and where it has crossings one with "… crossing"; empty where one
// has no value then.
Table series_table(const std::vector<Series>& series, double from, double to, bool logarithmic);

// Levels are dotted lines over all steps; they belong to the axis and to the read-out.
void draw_series_plot(gui::PanelContext& context, const SeriesPlot& what, ImVec2 size,
                      const std::vector<Series>& series, const std::vector<ReferenceLine>& levels);

}  // namespace muonscope::plots
