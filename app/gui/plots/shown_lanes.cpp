#include "app/gui/plots/shown_lanes.h"

#include <algorithm>
#include <utility>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::plots {
namespace {

constexpr float step_back = 0.25F;

std::size_t count_of(const gui::PanelContext& context) {
    return context.snapshot != nullptr ? context.snapshot->lanes.size() : 0;
}

void show_alone(ShownLanes& shown, std::size_t lane) {
    const bool alone =
        !shown.hidden[lane] && std::count(shown.hidden.begin(), shown.hidden.end(), false) == 1;
    shown.hidden.assign(shown.hidden.size(), !alone);
    shown.hidden[lane] = false;
}

// The last one stays: an empty plot says nothing.
void turn(ShownLanes& shown, std::size_t lane) {
    if (shown.hidden[lane] || std::count(shown.hidden.begin(), shown.hidden.end(), false) > 1)
        shown.hidden[lane] = !shown.hidden[lane];
}

}  // namespace

bool is_shown(const gui::PanelContext& context, std::size_t lane) {
    const std::vector<bool>& hidden = context.kept<ShownLanes>().hidden;
    return lane >= hidden.size() || !hidden[lane];
}

float strength_of(const gui::PanelContext& context, std::size_t lane) {
    const int pointed = context.kept<ShownLanes>().pointed;
    return pointed < 0 || pointed == static_cast<int>(lane) ? 1 : step_back;
}

void follow_shown_lanes(gui::PanelContext& context) {
    ShownLanes& shown = context.kept<ShownLanes>();
    shown.pointed = std::exchange(shown.pointed_next, -1);
    const Snapshot* snapshot = context.snapshot;
    const std::string name = snapshot != nullptr && snapshot->spec ? snapshot->spec->name : "";
    if (shown.spec == name && shown.hidden.size() == count_of(context)) return;
    shown.spec = name;
    shown.hidden.assign(count_of(context), false);
}

void draw_lane_legend(gui::PanelContext& context, const char* id, ImVec2 corner,
                      const LegendPlaces& places, std::span<const KeyRow> rows) {
    std::vector<KeyRow> drawn(rows.begin(), rows.end());
    ShownLanes& shown = context.kept<ShownLanes>();
    const std::size_t lanes =
        std::min({count_of(context), places.at.size(), rows.size(), shown.hidden.size()});
    for (std::size_t l = 0; l < lanes; ++l)
        if (shown.hidden[l]) drawn[l].colour = gui::with_alpha(context.theme.dim, 0.4F);
    draw_legend(context, corner, places, drawn);
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    ImGui::PushID(id);
    for (std::size_t l = 0; l < lanes; ++l) {
        ImGui::PushID(static_cast<int>(l));
        ImGui::SetCursorScreenPos({corner.x + places.at[l].x, corner.y + places.at[l].y});
        ImGui::InvisibleButton("lane", row_extent(rows[l]), ImGuiButtonFlags_EnableNav);
        const bool pressed = ImGui::IsItemHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
        if (pressed && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            show_alone(shown, l);
        else if (pressed || (ImGui::IsItemActivated() && gui::focused_by_keyboard()))
            turn(shown, l);
        if (ImGui::IsItemHovered() && !shown.hidden[l]) shown.pointed_next = static_cast<int>(l);
        gui::hover_help(context, rows[l].name,
                        "A click hides or shows it in all plots with a legend, a double click "
                        "shows it alone.");
        ImGui::PopID();
    }
    ImGui::PopID();
    ImGui::SetCursorScreenPos(cursor);
}

}  // namespace muonscope::plots
