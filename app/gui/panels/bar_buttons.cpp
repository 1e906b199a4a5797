#include "app/gui/panels/bar_buttons.h"

#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>

namespace muonscope::gui {

void middle_of_bar() {
    ImGui::SetCursorPosY((ImGui::GetWindowHeight() - ImGui::GetFrameHeight()) / 2);
}

bool icon_button(PanelContext& context, const char* icon, const char* name, const char* help,
                 bool enabled, bool on) {
    middle_of_bar();
    ImGui::BeginDisabled(!enabled);
    if (on) ImGui::PushStyleColor(ImGuiCol_Text, context.theme.accent);
    const std::string label = fmt::format("{}##{}", icon, name);
    const bool pressed = ImGui::Button(label.c_str(), {em(icon_width), 0});
    if (on) ImGui::PopStyleColor();
    ImGui::EndDisabled();
    hover_help(context, name, help);
    ImGui::SameLine();
    return pressed;
}

bool text_button(PanelContext& context, const char* icon, const char* name, const char* help,
                 bool enabled) {
    middle_of_bar();
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::Button(fmt::format("{}  {}", icon, name).c_str());
    ImGui::EndDisabled();
    hover_help(context, name, help);
    ImGui::SameLine();
    return pressed;
}

void play_button(PanelContext& context, bool words) {
    const Snapshot* s = context.snapshot;
    const bool running = s != nullptr && s->can_pause();
    middle_of_bar();
    ImGui::BeginDisabled(s == nullptr || !(s->can_pause() || s->can_start()));
    const Theme& t = context.theme;
    ImGui::PushStyleColor(ImGuiCol_Button, t.accent);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, mix(t.accent, t.text, 0.15F));
    ImGui::PushStyleColor(ImGuiCol_ButtonActive, mix(t.accent, t.text, 0.3F));
    ImGui::PushStyleColor(ImGuiCol_Text, t.on_accent);
    // One width for both words, or everything to the right would jump.
    const float width = words ? ImGui::CalcTextSize("Pause").x + em(2.9F) : em(icon_width);
    const char* icon = running ? icon::pause : icon::play;
    const bool pausing = s != nullptr && s->state == TrainerState::stopping;
    const std::string label = !words ? fmt::format("{}###play", icon)
                              : pausing
                                  ? std::string("Pausing…###play")
                                  : fmt::format("{}  {}###play", icon, running ? "Pause" : "Play");
    if (ImGui::Button(label.c_str(), {width, 0})) toggle_pause(context);
    ImGui::PopStyleColor(4);
    ImGui::EndDisabled();
    hover_help(context, running ? "Pause" : "Play", "Space. Training stops at the end of a step.");
    ImGui::SameLine();
}

void back_button(PanelContext& context) {
    const Snapshot* s = context.snapshot;
    if (icon_button(context, icon::back, "Back", "One step back. Left arrow.",
                    s != nullptr && s->step > 0 && s->can_reset()))
        step_back(context);
}

void step_button(PanelContext& context) {
    const Snapshot* s = context.snapshot;
    if (icon_button(context, icon::step, "Step", "One step, then pause. Right arrow.",
                    s != nullptr && (s->can_step() || s->can_pause())))
        step_once(context);
}

void restart_button(PanelContext& context, bool words) {
    const Snapshot* s = context.snapshot;
    const char* help = "Step 0 again: same start, parameters as they are now. R.";
    const bool can_reset = s != nullptr && s->can_reset();
    if (words ? text_button(context, icon::restart, "Restart", help, can_reset)
              : icon_button(context, icon::restart, "Restart", help, can_reset))
        start_over(context);
}

void help_button(PanelContext& context) {
    if (icon_button(context, icon::help, "Help", "Keys and what this program is. F1.", true,
                    context.view.show_help))
        context.view.show_help = !context.view.show_help;
}

void step_counter(PanelContext& context, bool words) {
    const std::int64_t step = context.snapshot != nullptr ? context.snapshot->step : 0;
    const std::string text = fmt::format("{}", step);
    middle_of_bar();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float centre = at.y + ImGui::GetFrameHeight() / 2;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 1.3F);
    const float digits = ImGui::CalcTextSize(text.c_str()).x;
    const float width = std::max(digits, ImGui::CalcTextSize("0000").x);  // right-aligned: no jump
    draw->AddText({at.x + width - digits, centre - ImGui::GetFontSize() / 2},
                  u32(context.theme.text), text.c_str());
    ImGui::PopFont();
    if (words)
        draw->AddText({at.x + width + em(0.5F), centre - ImGui::GetFontSize() / 2 + em(0.08F)},
                      u32(context.theme.dim), "step");
    ImGui::Dummy({width + (words ? em(2.8F) : 0), ImGui::GetFrameHeight()});
    hover_help(context, "Step", "How many steps of the training have been taken.");
    ImGui::SameLine();
}

}  // namespace muonscope::gui
