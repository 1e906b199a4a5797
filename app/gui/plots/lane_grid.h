#pragma once

#include <cstddef>

#include "app/gui/panel.h"
#include "app/gui/plots/step_plot.h"

// Small multiples: a plot over steps for each lane, all on the same axes, its name above it.
namespace muonscope::plots {

struct LaneGrid {
    int columns = 1, rows = 1;
    float area_width = 0, area_height = 0;  // of each plot
    float left = 0, gap = 0, bottom = 0;    // labels of values, between plots, labels of steps

    bool last_in_first_row(int lane) const { return lane == columns - 1; }
};
// labels: what those of values take; right: what stands beside the last column.
LaneGrid lane_grid(std::size_t lanes, ImVec2 room, float labels, float right);

// Puts the cursor where a lane's plot begins, and says what it takes.
StepPlotOptions place_lane(const LaneGrid& grid, ImVec2 origin, int lane);
void draw_lane_name(const gui::PanelContext& context, const Axes& plot, int lane);
// In the middle of a plot that has nothing to show.
void note_in(const gui::PanelContext& context, const Axes& plot, const char* note);

}  // namespace muonscope::plots
