#pragma once

#include <cmath>
#include <vector>

#include "imgui.h"

namespace muonscope::gui {

// Where the pictures stand, from the panel's own corner: a block a lane, in it the layers in rows.
struct RepresentationPlaces {
    ImVec2 extent, block;               // of one picture; of a lane's, its name included
    float line = 0, foot = 0, gap = 0;  // a lane's name, a layer's name
    int lanes = 0, across = 1;          // lanes side by side
    int columns = 1, rows = 1;          // of a lane's pictures
    std::vector<int> shown;             // layers, one after the other
    int layers = 0;                     // that there are to choose from

    // Layers in one row have their names once, below the last lane's.
    bool names_once() const { return rows == 1; }
    bool all() const { return static_cast<int>(shown.size()) == layers; }
    ImVec2 block_corner(int lane) const {
        const int column = lane % across, row = lane / across;
        return {static_cast<float>(column) * (block.x + 2 * gap),
                static_cast<float>(row) * (block.y + gap)};
    }
    ImVec2 corner(int lane, std::size_t place) const {
        const ImVec2 from = block_corner(lane);
        const auto at = static_cast<int>(place);
        const int column = at % columns, row = at / columns;
        const float below = names_once() ? 0 : foot;
        return {std::round(from.x + static_cast<float>(column) * (extent.x + gap)),
                std::round(from.y + line + static_cast<float>(row) * (extent.y + below + gap))};
    }
    ImVec2 size(int lane, std::size_t place) const {
        const ImVec2 from = corner(lane, place);
        return {std::round(from.x + extent.x) - from.x, std::round(from.y + extent.y) - from.y};
    }
};

// The arrangement that makes pictures largest. Where not all layers are large enough to be of use
// those from `first` on stand there, as many as are.
RepresentationPlaces places_in(ImVec2 room, int lanes, int layers, int first);

}  // namespace muonscope::gui
