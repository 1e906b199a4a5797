#include "app/gui/current_phase.h"
#include "app/gui/fonts.h"
#include "app/gui/full_screen.h"
#include "app/gui/panels/bar_buttons.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/view_menu.h"
#include "app/gui/parameter_row.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/parameters.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

// What a speaker turns while others watch: below the panels of a presentation.
namespace muonscope::gui {
namespace {

struct StripView {
    int lane = 0;  // whose optimiser and learning rate
};

bool has_lanes(const PanelContext& context) {
    const Snapshot* s = context.snapshot;
    return s != nullptr && s->spec != nullptr && !s->lanes.empty() &&
           s->lanes.size() == s->spec->lanes.size();
}

float gap() {
    return em(0.6F);
}

// Names side by side, as wide as they are.
float names_width(const Snapshot& snapshot) {
    float width = 0;
    for (const LaneSnapshot& lane : snapshot.lanes)
        width += ImGui::CalcTextSize(lane.name.c_str()).x + em(1.2F);
    return width;
}

constexpr const char* lane_help =
    "Whose optimiser and learning rate stand beside it. S swaps the optimisers of all.";

void lane_names(PanelContext& context, int& chosen) {
    const Theme& t = context.theme;
    const Snapshot& s = *context.snapshot;
    for (int l = 0; l < static_cast<int>(s.lanes.size()); ++l) {
        const std::string& name = s.lanes[l].name;
        middle_of_bar();
        ImGui::PushID(l);
        ImGui::PushStyleColor(ImGuiCol_Button, l == chosen ? t.well : ImVec4{0, 0, 0, 0});
        ImGui::PushStyleColor(ImGuiCol_Text, t.lane_text(l));
        if (ImGui::Button(fmt::format("{}###lane", name).c_str(),
                          {ImGui::CalcTextSize(name.c_str()).x + em(1.2F), 0}))
            chosen = l;
        ImGui::PopStyleColor(2);
        const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
        if (l == chosen)
            ImGui::GetWindowDrawList()->AddRectFilled({low.x, high.y - std::max(2.0F, em(0.16F))},
                                                      high, u32(t.lane(l)), em(0.08F));
        hover_help(context, name, lane_help);
        ImGui::PopID();
        ImGui::SameLine(0, 0);
    }
}

void lane_list(PanelContext& context, int& chosen, float width) {
    const Snapshot& s = *context.snapshot;
    middle_of_bar();
    ImGui::SetNextItemWidth(width);
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.lane_text(chosen));
    const bool open = begin_combo(context, "##lane", s.lanes[chosen].name.c_str());
    ImGui::PopStyleColor();
    if (open) {
        for (int l = 0; l < static_cast<int>(s.lanes.size()); ++l) {
            ImGui::PushID(l);
            if (list_row(s.lanes[l].name.c_str(), l == chosen)) chosen = l;
            ImGui::PopID();
        }
        ImGui::EndCombo();
    } else {
        hover_help(context, "Lane", lane_help);
    }
    ImGui::SameLine(0, 0);
}

// Room for one control of a parameter, as high as the strip's buttons.
template <class Draw>
void in_cell(const char* id, float width, Draw&& draw) {
    middle_of_bar();
    ImGui::BeginChild(id, {width, ImGui::GetFrameHeight()}, ImGuiChildFlags_NavFlattened,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    draw();
    ImGui::EndChild();
    ImGui::SameLine(0, gap());
}

// Optimiser and learning rate of the chosen lane in what is left up to `right`.
void lane_controls(PanelContext& context, float right) {
    int& chosen = context.kept<StripView>().lane;
    const Snapshot& s = *context.snapshot;
    chosen = std::clamp(chosen, 0, static_cast<int>(s.lanes.size()) - 1);
    const auto left = [&] { return right - ImGui::GetCursorPosX(); };
    constexpr float kind_least = 5.5F, kind_most = 7.5F, rate_least = 8;  // em
    const float names = names_width(s), list = em(5.5F);
    if (left() - names > em(kind_least + rate_least) + 2 * gap())
        lane_names(context, chosen);
    else if (left() - list > em(kind_least) + gap())
        lane_list(context, chosen, list);
    else
        return;
    ImGui::SameLine(0, gap());
    const Phase* phase = current_phase(s, chosen);
    if (phase == nullptr) return;
    const OptimizerSpec& optimizer = phase->optimizer;
    const std::string scope = fmt::format("lanes.{}.optimizer.", chosen);
    for (const Parameter& parameter : optimizer_parameters()) {
        const bool kind = parameter.key == "kind";
        const bool rate = parameter.key == "lr" && applies(optimizer, parameter.key);
        const float room = left();
        if (!(kind && room > em(kind_least)) && !(rate && room > em(rate_least))) continue;
        const float width =
            kind ? std::clamp(room - em(17) - gap(), em(kind_least), em(kind_most)) : room - gap();
        const std::string path = scope + std::string(parameter.key);
        in_cell(kind ? "kind" : "rate", std::min(width, room), [&] {
            if (kind) {
                choice_field(context, parameter, path, get(optimizer, parameter.key));
                return;
            }
            ParameterRows& rows = context.kept<ParameterRows>();
            const float other = std::exchange(rows.height, ImGui::GetFrameHeight());
            parameter_row(context, parameter, path, get(optimizer, parameter.key), chosen);
            rows.height = other;
        });
    }
}

void right_side(PanelContext& context, bool icons) {
    view_menu(context);
    if (!icons) return;
    FullScreen& screen = context.kept<FullScreen>();
    if (icon_button(context, screen.on ? icon::window : icon::full_screen, "Full screen",
                    "The whole monitor, or the window again. F11.", true, screen.on))
        screen.wanted = !screen.on;
    if (icon_button(context, icon::close, "Leave", "The window as it was before. P."))
        context.preferences.presentation = false;
}

}  // namespace

void draw_strip(PanelContext& context) {
    const float room = ImGui::GetWindowWidth() / ImGui::GetFontSize();
    constexpr float target = 2.3F;  // em: what a hand hits
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        {ImGui::GetStyle().FramePadding.x, em((target - 1) / 2)});
    play_button(context, false);
    if (room > 44) back_button(context);
    step_button(context);
    restart_button(context, false);
    if (room > 50) step_counter(context, room > 68);
    const bool icons = room > 36;
    const float side =
        static_cast<float>(icons ? 3 : 1) * (em(icon_width) + ImGui::GetStyle().ItemSpacing.x);
    const float right = ImGui::GetWindowWidth() - em(0.7F) - side;
    ImGui::SameLine(0, gap());
    if (has_lanes(context)) lane_controls(context, right);
    ImGui::SetCursorPosX(std::max(ImGui::GetCursorPosX(), right + ImGui::GetStyle().ItemSpacing.x));
    right_side(context, icons);
    ImGui::PopStyleVar();
}

}  // namespace muonscope::gui
