#pragma once

#include <vector>

#include "app/gui/panel.h"

// Presentation mode: chosen panels fill the screen, without tabs and borders to drag.
namespace muonscope::gui {

// What is chosen, the one with the most room first; never none.
std::vector<const Panel*> presented_panels(const Preferences& preferences);
bool is_presented(const Preferences& preferences, const Panel& panel);
// Takes it in as the last, or out of it; the last one left stays.
void present(Preferences& preferences, const Panel& panel, bool on);

struct Tile {
    ImVec2 at, extent;  // pixels, from the room's upper left corner
};
// So many panels side by side in rows that fill the room, `gap` between them: as many rows as bring
// them nearest to a plot's shape. Upper rows have as many as lower ones or one fewer, so that who
// is chosen first has the most room.
std::vector<Tile> tiles(int count, ImVec2 room, float gap);

void draw_presented_panels(PanelContext& context, ImVec2 at, ImVec2 extent);

}  // namespace muonscope::gui
