#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/stroke.h"
#include "imgui.h"

// What the lines of a plot are: names in rows above it, so that they never lie over its data.
namespace muonscope::plots {

struct KeyRow {
    std::string name;
    ImVec4 colour;
    Dash dash = Dash::solid;
    bool filled = false;  // a patch, not a line
};

Dash lane_dash(int lane);
// One for each lane, in its colour and dash.
std::vector<KeyRow> lane_key(const gui::PanelContext& context);

// Where each name stands, from the legend's upper left corner.
struct LegendPlaces {
    std::vector<ImVec2> at;
    float height = 0;  // of all; 0: none is shown
};
// What one name takes, its sample included.
ImVec2 row_extent(const KeyRow& row);
// Names side by side over as many lines as they need. None where they would take more than a third
// of `room`, that of legend and plot together.
//   indent  where the first line begins: what stands before it
LegendPlaces place_legend(std::span<const KeyRow> rows, ImVec2 room, float indent = 0);
void draw_legend(gui::PanelContext& context, ImVec2 corner, const LegendPlaces& places,
                 std::span<const KeyRow> rows);

}  // namespace muonscope::plots
