#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "imgui.h"

// Plots whose horizontal axis is not the step: frame, grid and labels, linear or logarithmic both
// ways, and the mapping between values and pixels. The wheel zooms, over the labels of an axis that
// axis alone; a drag moves, a drag with the right button chooses what to show, a double click shows
// everything again.
namespace muonscope::plots {

struct GraphAxis {
    double min = 0, max = 1;
    bool logarithmic = false;  // then min > 0
    std::string label = {};    // under the axis, or above the upper left corner
    double floor = 0;          // logarithmic only: what is smaller lies here; 0: none
    // Where it is labelled, on so many pixels; empty: at round numbers.
    std::function<Ticks(double min, double max, float length)> ticks = {};
    bool lines = true;  // a line through the plot at each label
};

struct Graph {
    ImVec2 position, extent;  // of the plot area, pixels
    GraphAxis x, y;
    bool hovered = false;
    bool pressed = false;  // the left button went down on it, and is down still
    bool clicked = false;  // and came up where it had gone down

    // Far outside, values stay near the edge, so that slopes there are all that is drawn.
    float pixel_x(double value) const;
    float pixel_y(double value) const;
    double value_x(float pixel) const;
    double value_y(float pixel) const;
    ImVec2 pixel(double x_value, double y_value) const {
        return {pixel_x(x_value), pixel_y(y_value)};
    }
    float right() const { return position.x + extent.x; }
    float bottom() const { return position.y + extent.y; }
};

struct GraphOptions {
    const char* id = "";  // of the item that the plot area is
    ImVec2 size;          // of the whole, labels included
    GraphAxis x, y;
    std::vector<KeyRow> key = {};  // what the lines are, above the plot
    bool drags = false;            // what a drag does is the panel's own
};

// What a graph shows where the user chose another range; by its id.
struct GraphView {
    bool manual = false;
    bool x_logarithmic = false, y_logarithmic = false;
    double x_min = 0, x_max = 1, y_min = 0, y_max = 1;
    ImVec2 boxed_from{0, 0};  // where the right button went down
    bool boxing = false;
};

// Takes `size` at the cursor. False when there is no room to draw. Else draw, then end.
bool begin_graph(gui::PanelContext& context, const GraphOptions& options, Graph& graph);
void end_graph(gui::PanelContext& context, const Graph& graph);
// Everything again.
void fit_graph(gui::PanelContext& context, const char* id);

// A value that is not finite breaks the line.
void draw_line(gui::PanelContext& context, const Graph& graph, std::span<const double> x,
               std::span<const double> y, const ImVec4& colour, float thickness,
               Dash dash = Dash::solid);
// y = f(x) over the whole axis, a point a pixel.
void draw_function(gui::PanelContext& context, const Graph& graph,
                   const std::function<double(double)>& f, const ImVec4& colour, float thickness,
                   Dash dash = Dash::solid);
// A vertical or horizontal line through the plot, with a word beside its upper or right end.
void draw_vertical(gui::PanelContext& context, const Graph& graph, double x, const ImVec4& colour,
                   Dash dash, const std::string& word = {});
void draw_horizontal(gui::PanelContext& context, const Graph& graph, double y, const ImVec4& colour,
                     Dash dash, const std::string& word = {});
void draw_point(gui::PanelContext& context, const Graph& graph, double x, double y,
                const ImVec4& colour);

}  // namespace muonscope::plots
