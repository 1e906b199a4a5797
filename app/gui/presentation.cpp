#include "app/gui/presentation.h"

#include "app/gui/frame.h"
#include "app/gui/panel_window.h"
#include "app/gui/theme.h"
#include "imgui.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace muonscope::gui {
namespace {

int rows_for(int count, ImVec2 room) {
    constexpr double wanted = 1.5;  // width of a plot over its height
    int best = 1;
    double least = std::numeric_limits<double>::infinity();
    for (int rows = 1; rows <= count; ++rows) {
        const int across = (count + rows - 1) / rows;
        const double shape = static_cast<double>(room.x) / across /
                             std::max(1.0, static_cast<double>(room.y) / rows);
        const double off = std::abs(std::log(std::max(shape, 1e-6) / wanted));
        if (off < least) {
            least = off;
            best = rows;
        }
    }
    return best;
}

// Where part `index` of `count` equal ones begins, in whole pixels; `count` itself: where all end.
float begin_of(int index, int count, float length, float gap) {
    const float each = (length + gap) / static_cast<float>(count);
    return std::floor(each * static_cast<float>(index));
}

}  // namespace

std::vector<const Panel*> presented_panels(const Preferences& preferences) {
    std::vector<const Panel*> chosen;
    const auto add = [&](const std::vector<std::string>& slugs) {
        for (const std::string& slug : slugs)
            for (const Panel& panel : panels())
                if (panel_slug(panel) == slug &&
                    std::find(chosen.begin(), chosen.end(), &panel) == chosen.end())
                    chosen.push_back(&panel);
    };
    add(preferences.presented);
    if (chosen.empty()) add(Preferences{}.presented);
    return chosen;
}

bool is_presented(const Preferences& preferences, const Panel& panel) {
    const auto chosen = presented_panels(preferences);
    return std::find(chosen.begin(), chosen.end(), &panel) != chosen.end();
}

void present(Preferences& preferences, const Panel& panel, bool on) {
    std::vector<const Panel*> chosen = presented_panels(preferences);
    const auto found = std::find(chosen.begin(), chosen.end(), &panel);
    if (on == (found != chosen.end()) || (!on && chosen.size() == 1)) return;
    if (on)
        chosen.push_back(&panel);
    else
        chosen.erase(found);
    preferences.presented.clear();
    for (const Panel* one : chosen) preferences.presented.push_back(panel_slug(*one));
}

std::vector<Tile> tiles(int count, ImVec2 room, float gap) {
    std::vector<Tile> all;
    if (count < 1) return all;
    const int rows = rows_for(count, room), fewest = count / rows, fuller = count % rows;
    for (int row = 0; row < rows; ++row) {
        const int across = fewest + (row >= rows - fuller ? 1 : 0);
        const float top = begin_of(row, rows, room.y, gap);
        const float bottom = begin_of(row + 1, rows, room.y, gap) - gap;
        for (int i = 0; i < across; ++i) {
            const float left = begin_of(i, across, room.x, gap);
            const float right = begin_of(i + 1, across, room.x, gap) - gap;
            all.push_back(
                {{left, top}, {std::max(1.0F, right - left), std::max(1.0F, bottom - top)}});
        }
    }
    return all;
}

void draw_presented_panels(PanelContext& context, ImVec2 at, ImVec2 extent) {
    const std::vector<const Panel*> chosen = presented_panels(context.preferences);
    const std::vector<Tile> places =
        tiles(static_cast<int>(chosen.size()), extent, std::floor(em(size::gap)));
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const Panel& panel = *chosen[i];
        const Tile& place = places[i];
        // One that is just taken in closes no menu and lies over none.
        draw_fixed_panel(context, panel, std::string(panel.title) + "##presented",
                         {at.x + place.at.x, at.y + place.at.y}, place.extent,
                         scrolled_where_narrow(panel, place.extent.x) |
                             ImGuiWindowFlags_NoFocusOnAppearing |
                             ImGuiWindowFlags_NoBringToFrontOnFocus);
    }
}

}  // namespace muonscope::gui
