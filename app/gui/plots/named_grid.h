#pragma once

#include <string>

#include "imgui.h"

namespace muonscope::plots {

// Plots side by side in rows, each below a line with its name.
struct NamedGrid {
    NamedGrid(ImVec2 origin, ImVec2 room, int count, int across, float gap);

    // Writes a plot's name and puts the cursor where it begins.
    void begin(int index, const ImVec4& colour, const std::string& text) const;

    ImVec2 origin, each;  // from where, and what a plot takes without its name
    int across = 1, down = 1;
    float gap = 0;
};

// So many side by side that plots are as square and as large as they get, and then with as few
// places empty.
int squarest_across(ImVec2 room, int count);

}  // namespace muonscope::plots
