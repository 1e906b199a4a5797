#include "app/gui/awaited.h"
#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/panels/bar_buttons.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/view_menu.h"
#include "app/gui/preset_list.h"
#include "app/gui/saving.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace muonscope::gui {
namespace {

// The speed track: 1 to 1000 steps/s logarithmic, and its last tenth is "as fast as possible".
constexpr double fastest = 1000, max_zone = 0.9;

double speed_at(double position) {
    if (position > max_zone) return 0;
    const double speed = std::pow(fastest, std::max(0.0, position) / max_zone);
    const double unit = std::pow(10.0, std::floor(std::log10(speed)) - 1);
    return std::max(1.0, std::round(std::round(speed / unit) * unit));
}

double position_of(double speed) {
    if (speed <= 0) return 1;
    return std::clamp(std::log(std::max(speed, 1.0)) / std::log(fastest), 0.0, 1.0) * max_zone;
}

void speed_track(PanelContext& context, float width) {
    const double wanted = wanted_speed(context);
    const Theme& t = context.theme;
    middle_of_bar();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetFrameHeight(), radius = em(0.4F), text_width = em(6.1F);
    const float left = at.x + radius, right = at.x + width - text_width - radius;
    ImGui::InvisibleButton("##speed", {width, height}, ImGuiButtonFlags_EnableNav);
    const int arrow = arrow_of_focused_item();
    const bool active = ImGui::IsItemActive() && !focused_by_keyboard();
    const bool hovered = ImGui::IsItemHovered();
    double shown = wanted;
    if (arrow != 0) set_speed(context, next_speed(wanted, arrow));
    if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        set_speed(context, 60);
    } else if (active && ImGui::GetIO().MouseClickedPos[0].x < right + 2 * radius) {
        shown = speed_at(
            static_cast<double>((ImGui::GetIO().MousePos.x - left) / std::max(1.0F, right - left)));
        if (std::abs(shown - wanted) > 1e-9) set_speed(context, shown);
    }
    hover_help(context, "Speed",
               "Steps a second wanted, 1 to 1000; the right end trains as fast as the machine "
               "goes. Keys + and −. Double click: 60.");
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float y = at.y + height / 2;
    const float x = left + static_cast<float>(position_of(shown)) * std::max(0.0F, right - left);
    draw_track(context, {left, right, y, x, em(0.24F), hovered || active ? radius * 1.2F : radius},
               t.accent);
    const std::string number = shown <= 0 ? "max" : fmt::format("{:.0f}", shown);
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
    const float number_x = right + radius + em(0.5F);
    draw->AddText({number_x, y - ImGui::GetFontSize() / 2}, u32(t.text), number.c_str());
    const float number_width = ImGui::CalcTextSize(number.c_str()).x;
    ImGui::PopFont();
    draw->AddText({number_x + number_width + em(0.4F), y - ImGui::GetFontSize() / 2}, u32(t.dim),
                  "steps/s");
    ImGui::SameLine();
}

// What the right side needs with its icons.
float side_width(int icons) {
    return static_cast<float>(icons) * (em(icon_width) + ImGui::GetStyle().ItemSpacing.x);
}

// All of it is in the menu too: where there is no room for the icons, the menu alone is left.
void right_side(PanelContext& context, bool words, bool icons) {
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float save = words ? ImGui::CalcTextSize("Save session").x + em(2.9F) + gap : 0;
    const float all = side_width(icons ? (words ? 4 : 5) : 1) + save;
    const float start = ImGui::GetWindowWidth() - em(0.7F) - all + gap;
    ImGui::SetCursorPosX(std::max(ImGui::GetCursorPosX(), start));
    if (!icons) {
        view_menu(context);
        return;
    }
    const char* help =
        "Writes the spec and the log of every change: replayed, it gives the same bits. "
        "Ctrl S saves at once, under a name of its own.";
    const bool can_save = static_cast<bool>(context.save_session);
    if (words ? text_button(context, icon::save, "Save session", help, can_save)
              : icon_button(context, icon::save, "Save session", help, can_save))
        ask_where_to_save_session(context);
    view_menu(context);
    if (icon_button(context, context.preferences.dark ? icon::sun : icon::moon, "Theme",
                    "Dark or light. T."))
        context.preferences.dark = !context.preferences.dark;
    if (icon_button(context, icon::present, "Presentation",
                    "For a room: chosen panels alone, large type, thick lines. P.", true,
                    context.preferences.presentation))
        context.preferences.presentation = !context.preferences.presentation;
    help_button(context);
}

}  // namespace

void draw_transport(PanelContext& context) {
    const float room = ImGui::GetWindowWidth() / ImGui::GetFontSize();
    const bool title = room > 74, words = room > 66, icons = room > 42;
    if (title) {
        middle_of_bar();
        ImGui::AlignTextToFramePadding();
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted("Muonscope");
        ImGui::PopFont();
        ImGui::SameLine(0, em(1.4F));
    }
    middle_of_bar();
    // The buttons beside it take about 19 em where they are fewest.
    preset_list(context, em(room > 82 ? 12.5F : std::clamp(room - 21, 3.0F, 9.5F)));
    ImGui::SameLine();
    play_button(context, true);
    back_button(context);
    step_button(context);
    restart_button(context, words);
    ImGui::SameLine(0, em(1.0F));
    if (room > 52) speed_track(context, em(room > 90 ? 17.0F : 13.5F));
    if (room > 64) {
        ImGui::SameLine(0, em(0.6F));
        step_counter(context, true);
    }
    right_side(context, words, icons);
}

}  // namespace muonscope::gui
