#pragma once

#include <string>
#include <vector>

#include "app/gui/panel.h"

// A small table of the newest step: a row a number, a column a lane.
namespace muonscope::gui {

struct LaneRow {
    std::string name, definition;      // the latter on hover
    std::vector<double> values;        // by lane; NaN: a dash
    bool count = false;                // whole numbers
    std::vector<std::string> words{};  // by lane, in place of the values; empty: none
};

float lane_rows_height(std::size_t rows);
void draw_lane_rows(PanelContext& context, const std::vector<LaneRow>& rows, float width);

}  // namespace muonscope::gui
