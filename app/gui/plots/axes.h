#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/ticks.h"
#include "imgui.h"

// The one kind of axes that all plots have: frame, labels and lines, and what the mouse does. The
// wheel zooms, over the labels of an axis that axis alone; a drag moves, a drag with the right
// button chooses what to show, a double click shows everything again.
namespace muonscope::plots {

// What an axis shows, in positions. Plots that are given the same one move together.
struct AxisRange {
    double low = 0, high = 1;
    bool moved = false;  // by the user: it stays as it is until a double click
};

struct AxisOptions {
    AxisRange* range = nullptr;  // read, and written when the mouse moves it
    AxisScale scale = {};
    std::string title = {};
    float title_at = 1;  // across only: 0 below its left end, 1 below its right one
    // Where it is labelled, on so many pixels; empty: at round numbers.
    std::function<Ticks(const Axis&, float length)> ticks = {};
    bool labels = true;
    bool lines = true;  // a line through the plot at each tick
    // The mouse leaves it alone over the plot itself, until it was moved at its labels.
    bool rests = false;
    // Positions that it may show, and the shortest stretch of them.
    double lowest = -INFINITY, highest = INFINITY, shortest = 0;
};

struct Margins {
    float left = 0, right = 0, top = 0, bottom = 0;
};

struct AxesOptions {
    const char* id = "";  // of the item that the plot area is
    ImVec2 size;          // of the whole, labels included
    AxisOptions x, y;
    Margins margins;                   // around the plot area, pixels; labels of values come on top
    std::span<const KeyRow> key = {};  // what the lines are, above the plot
    bool drags = false;                // what a drag does is the panel's own
    bool equal = false;                // a unit is as long up as it is across
    bool small = false;                // labels, and no wider than they are
    bool inside = false;               // small labels within the frame
};

// The pixels that labels take to the left of a plot area; the same for most ranges, so that plots
// do not shift sideways while numbers change.
float label_width(const Ticks& ticks);
float label_gap();   // between them and the plot
float label_line();  // what a line of words below the plot takes
// A length that is so many pixels at scale 1.
float at_scale(float pixels);

// Takes `size` at the cursor. False when there is no room to draw, or nothing to draw on. Else
// draw, inside the plot area, then end. The mouse has been heard by then: `axes` is what it made of
// it.
bool begin_axes(gui::PanelContext& context, const AxesOptions& options, Axes& axes);
void end_axes(const gui::PanelContext& context, const Axes& axes);
// Lets both ranges go again.
void show_everything(gui::PanelContext& context, AxisRange& x, AxisRange& y);

}  // namespace muonscope::plots
