#include "app/gui/plots/named_grid.h"

#include <algorithm>

#include "app/gui/widgets.h"

namespace muonscope::plots {

NamedGrid::NamedGrid(ImVec2 from, ImVec2 room, int count, int side_by_side, float between)
    : origin(from),
      across(std::max(side_by_side, 1)),
      down((std::max(count, 1) + across - 1) / across),
      gap(between) {
    each = {(room.x - gap * static_cast<float>(across - 1)) / static_cast<float>(across),
            room.y / static_cast<float>(down) - ImGui::GetTextLineHeight()};
}

void NamedGrid::begin(int index, const ImVec4& colour, const std::string& text) const {
    const float name = ImGui::GetTextLineHeight();
    const int column = index % across, row = index / across;
    const ImVec2 at{origin.x + static_cast<float>(column) * (each.x + gap),
                    origin.y + static_cast<float>(row) * (each.y + name)};
    gui::fitted_text(ImGui::GetWindowDrawList(), at, each.x, colour, text.c_str());
    ImGui::SetCursorScreenPos({at.x, at.y + name});
}

int squarest_across(ImVec2 room, int count) {
    int across = 1;
    float largest = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const float side =
            std::min(room.x / static_cast<float>(columns), room.y / static_cast<float>(rows));
        if (side < largest - 1) continue;
        if (side < largest + 1 && columns * rows >= across * ((count + across - 1) / across))
            continue;
        across = columns;
        largest = std::max(largest, side);
    }
    return across;
}

}  // namespace muonscope::plots
