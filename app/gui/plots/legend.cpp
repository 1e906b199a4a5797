#include "app/gui/plots/legend.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/plots/stroke.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

float sample_width() {
    return em(1.6F);
}
float sample_gap() {
    return em(0.4F);
}

float line_height() {
    return std::round(ImGui::GetTextLineHeight() + em(0.25F));
}

}  // namespace

Dash lane_dash(int lane) {
    constexpr std::array order{Dash::solid, Dash::dashed, Dash::dash_dotted, Dash::dotted};
    return order[static_cast<std::size_t>(lane) % order.size()];
}

std::vector<KeyRow> lane_key(const gui::PanelContext& context) {
    std::vector<KeyRow> rows;
    if (!context.snapshot) return rows;
    for (const LaneSnapshot& lane : context.snapshot->lanes) {
        const auto index = static_cast<int>(rows.size());
        rows.push_back({lane.name, context.theme.lane(index), lane_dash(index)});
    }
    return rows;
}

ImVec2 row_extent(const KeyRow& row) {
    return {sample_width() + sample_gap() + ImGui::CalcTextSize(row.name.c_str()).x, line_height()};
}

LegendPlaces place_legend(std::span<const KeyRow> rows, ImVec2 room, float indent) {
    LegendPlaces places;
    float x = indent, y = 0;
    for (const KeyRow& row : rows) {
        const float width = row_extent(row).x;
        if (x > 0 && x + width > room.x) {
            x = 0;
            y += line_height();
        }
        places.at.push_back({x, y});
        x += width + em(1.1F);
    }
    places.height = places.at.empty() ? 0 : y + line_height();
    if (places.height > room.y / 3) places = {};
    return places;
}

void draw_legend(gui::PanelContext& context, ImVec2 corner, const LegendPlaces& places,
                 std::span<const KeyRow> rows) {
    const gui::Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float middle = std::round(ImGui::GetTextLineHeight() / 2);
    for (std::size_t i = 0; i < std::min(rows.size(), places.at.size()); ++i) {
        const KeyRow& row = rows[i];
        const ImVec2 at{corner.x + places.at[i].x, corner.y + places.at[i].y};
        const ImVec2 end{at.x + sample_width(), at.y + middle};
        if (row.filled) {
            draw->AddRectFilled({at.x + em(0.35F), end.y - em(0.35F)},
                                {end.x - em(0.35F), end.y + em(0.35F)}, u32(row.colour));
        } else {
            const std::array<ImVec2, 2> ends{ImVec2{at.x, end.y}, end};
            add_line(draw, ends, u32(row.colour), theme.line() * 1.2F, row.dash,
                     theme.scale * 1.3F);
        }
        draw->AddText({end.x + sample_gap(), at.y}, u32(theme.text), row.name.c_str());
    }
}

}  // namespace muonscope::plots
