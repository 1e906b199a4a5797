#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/legend.h"

// Which lanes the plots show that have all lanes in one: chosen in any of their legends, for all of
// them.
namespace muonscope::plots {

struct ShownLanes {
    std::string spec;  // its name: another one begins with all
    std::vector<bool> hidden;
    // Under the mouse in a legend: the others step back. -1: none.
    int pointed = -1, pointed_next = -1;
};

bool is_shown(const gui::PanelContext& context, std::size_t lane);
// What of a lane's colour is left: all, or less while another one is pointed at.
float strength_of(const gui::PanelContext& context, std::size_t lane);
// Once a frame.
void follow_shown_lanes(gui::PanelContext& context);

// A legend whose first rows are the lanes: a click hides or shows one, a double click shows it
// alone, or all again.
//   id  of the plot, for its buttons
void draw_lane_legend(gui::PanelContext& context, const char* id, ImVec2 corner,
                      const LegendPlaces& places, std::span<const KeyRow> rows);

}  // namespace muonscope::plots
