#include "app/gui/panels/representation_places.h"

#include <algorithm>

#include "app/gui/theme.h"

namespace muonscope::gui {

namespace {

constexpr float least_side = 4.2F;  // em: of a picture that says something

float side(const RepresentationPlaces& places) {
    return std::min(places.extent.x, places.extent.y);
}

// The first direction is the longest as a rule: of sides much alike that of a wide picture.
float worth(const RepresentationPlaces& places) {
    return side(places) * (places.extent.x >= places.extent.y ? 1.15F : 1);
}

// So many layers of each lane, in the arrangement that makes pictures largest.
RepresentationPlaces largest(ImVec2 room, int lanes, int count) {
    RepresentationPlaces best;
    for (int across = 1; across <= lanes; ++across)
        for (int columns = 1; columns <= count; ++columns) {
            RepresentationPlaces places;
            places.line = ImGui::GetTextLineHeight();
            places.foot = ImGui::GetTextLineHeight();
            places.gap = em(0.4F);
            places.lanes = lanes;
            places.across = across;
            places.columns = columns;
            places.rows = (count + columns - 1) / columns;
            const int block_rows = (lanes + across - 1) / across;
            const auto blocks = static_cast<float>(block_rows);
            const auto along = static_cast<float>(across);
            const float once = places.names_once() ? places.foot : 0;
            places.block = {(room.x - 2 * places.gap * (along - 1)) / along,
                            (room.y - once - places.gap * (blocks - 1)) / blocks};
            const auto wide = static_cast<float>(columns), high = static_cast<float>(places.rows);
            const float feet = places.names_once() ? 0 : high * places.foot;
            places.extent = {
                (places.block.x - places.gap * (wide - 1)) / wide,
                (places.block.y - places.line - feet - places.gap * (high - 1)) / high};
            if (best.lanes == 0 || worth(places) > worth(best)) best = places;
        }
    return best;
}

}  // namespace

RepresentationPlaces places_in(ImVec2 room, int lanes, int layers, int first) {
    int count = std::max(layers, 1);
    RepresentationPlaces places = largest(room, std::max(lanes, 1), count);
    while (count > 1 && side(places) < em(least_side))
        places = largest(room, std::max(lanes, 1), --count);
    places.layers = layers;
    const int from = std::clamp(first, 0, std::max(layers, 1) - count);
    for (int i = 0; i < count; ++i) places.shown.push_back(from + i);
    return places;
}

}  // namespace muonscope::gui
