#include "app/gui/panels/representation_places.h"

#include <algorithm>

#include "app/gui/theme.h"

namespace muonscope::gui {

namespace {

// Layers shown when not all fit: the first, the output, and some evenly between.
std::vector<int> chosen_layers(int layers, int room) {
    std::vector<int> chosen;
    const int count = std::clamp(room, 1, std::max(layers, 1));
    if (count == 1) return {layers - 1};
    for (int i = 0; i < count; ++i) chosen.push_back(i * (layers - 1) / (count - 1));
    return chosen;
}

}  // namespace

RepresentationPlaces places_in(ImVec2 origin, ImVec2 room, int lanes, int layers) {
    RepresentationPlaces places;
    places.origin = origin;
    places.line = ImGui::GetTextLineHeight();
    places.gap = em(0.4F);
    places.lanes = lanes;
    const float gap = places.gap;
    const auto height_with = [&](int lanes_across) {
        const int full = (lanes + lanes_across - 1) / lanes_across;
        const auto rows = static_cast<float>(full);
        return (room.y - places.line * (rows + 1) - gap * rows) / rows;
    };
    const int most_across = std::max(1, static_cast<int>((room.x + gap) / (em(5.2F) + gap)));
    while (places.across < std::min(lanes, most_across) && height_with(places.across) < em(2.4F))
        ++places.across;
    places.lane_width = (room.x - 2 * gap * static_cast<float>(places.across - 1)) /
                        static_cast<float>(places.across);
    places.shown =
        chosen_layers(layers, static_cast<int>((places.lane_width + gap) / (em(5.2F) + gap)));
    const auto columns = static_cast<float>(places.shown.size());
    places.extent = {(places.lane_width - gap * (columns - 1)) / columns,
                     height_with(places.across)};
    return places;
}

}  // namespace muonscope::gui
