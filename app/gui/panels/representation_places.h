#pragma once

#include <cmath>
#include <vector>

#include "imgui.h"

namespace muonscope::gui {

// Where the pictures stand: a row a lane, a column a layer.
struct RepresentationPlaces {
    ImVec2 origin, extent;  // of all; of one picture
    float line = 0, gap = 0, lane_width = 0;
    int lanes = 0, across = 1;  // lanes side by side
    std::vector<int> shown;     // layers

    float left(int place) const {
        return origin.x + static_cast<float>(place) * (lane_width + 2 * gap);
    }
    float top(int row) const {
        return origin.y + static_cast<float>(row) * (line + extent.y + gap);
    }
    float below() const { return top((lanes + across - 1) / across) - gap * 0.5F; }
    ImVec2 corner(int lane, std::size_t column) const {
        return {std::round(left(lane % across) + static_cast<float>(column) * (extent.x + gap)),
                std::round(top(lane / across) + line)};
    }
    ImVec2 size(int lane, std::size_t column) const {
        const ImVec2 from = corner(lane, column);
        return {std::round(from.x + extent.x) - from.x, std::round(from.y + extent.y) - from.y};
    }
};

// Lanes stand below one another, and side by side only where their pictures would be too flat.
RepresentationPlaces places_in(ImVec2 origin, ImVec2 room, int lanes, int layers);

}  // namespace muonscope::gui
