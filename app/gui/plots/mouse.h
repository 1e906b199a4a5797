#pragma once

#include "app/gui/plots/axes.h"

// What the mouse does to the ranges of a plot.
namespace muonscope::plots {

// Where the mouse is on a plot: its area, the labels below it, those left of it.
struct Touched {
    struct Part {
        bool hovered = false, pressed = false;
    };
    Part area, across, up;
    bool any_hovered() const { return area.hovered || across.hovered || up.hovered; }
};

// Moves the ranges, and `axes` with them; draws the box while it is drawn up. True when
// anything moved.
bool move_by_mouse(gui::PanelContext& context, const AxesOptions& options, const Touched& touched,
                   Axes& axes);

// Widens one of the two so that a unit is as long up as it is across.
void make_equal(AxisRange& x, AxisRange& y, ImVec2 extent);

}  // namespace muonscope::plots
