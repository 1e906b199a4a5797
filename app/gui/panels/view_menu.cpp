#include "app/gui/panels/view_menu.h"

#include "app/gui/figure.h"
#include "app/gui/fonts.h"
#include "app/gui/full_screen.h"
#include "app/gui/panels/bar_buttons.h"
#include "app/gui/panels/ghost_rows.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/page_choices.h"
#include "app/gui/presentation.h"
#include "app/gui/saving.h"
#include "app/gui/taking_back.h"
#include "app/gui/theme.h"
#include "imgui.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace muonscope::gui {
namespace {

// Several are chosen in a row, so the menu stays.
void choose_presented(PanelContext& context) {
    if (!ImGui::BeginMenu("Presented panels")) return;
    ImGui::PushItemFlag(ImGuiItemFlags_AutoClosePopups, false);
    const bool one = presented_panels(context.preferences).size() == 1;
    for (const Panel& panel : panels()) {
        const bool chosen = is_presented(context.preferences, panel);
        if (ImGui::MenuItem(panel.title, nullptr, chosen, !(chosen && one)))
            present(context.preferences, panel, !chosen);
    }
    ImGui::PopItemFlag();
    ImGui::EndMenu();
}

// A strip of the map beside its name.
void choose_colours(PanelContext& context) {
    if (!ImGui::BeginMenu("Colours")) return;
    ImGui::PushItemFlag(ImGuiItemFlags_AutoClosePopups, false);
    for (const ColourMapInfo& map : colour_maps()) {
        const auto index = static_cast<int>(map.map);
        ImDrawList* draw = ImGui::GetWindowDrawList();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = ImGui::GetTextLineHeight(), wide = em(6);
        constexpr int parts = 24;
        for (int i = 0; i < parts; ++i) {
            const float left = at.x + wide * static_cast<float>(i) / parts;
            draw->AddRectFilled({left, at.y}, {left + wide / parts + 1, at.y + height},
                                u32(colour_of(map.map, (i + 0.5) / parts)));
        }
        ImGui::SetCursorScreenPos({at.x + wide + em(0.5F), at.y});
        if (ImGui::MenuItem(map.name, nullptr, context.preferences.colour_map == index))
            context.preferences.colour_map = index;
    }
    ImGui::PopItemFlag();
    ImGui::EndMenu();
}

// All that is visible, as one drawing or script.
void figure_menu(PanelContext& context) {
    if (!ImGui::BeginMenu("Save figure")) return;
    const char* home = std::getenv("HOME");
    const std::string folder = home != nullptr && *home != '\0' ? home : ".";
    struct Kind {
        const char *item, *ending;
    };
    for (const auto& [item, ending] :
         {Kind{"As SVG…", ".svg"}, {"As PDF…", ".pdf"}, {"As Python script…", ".py"}})
        if (ImGui::MenuItem(item))
            ask_path(context, {.title = "Save figure",
                               .verb = "Save",
                               .path = folder + "/muonscope-figure" + ending,
                               .ending = ending,
                               .done = [&view = context.view](const std::string& path) {
                                   ask_for_figure(view, path);
                               }});
    ImGui::Separator();
    plots::draw_page_choices(context);
    ImGui::EndMenu();
}

// With what they would do, as long as it is no novel.
void taking_back_rows(PanelContext& context) {
    const auto named = [](const char* verb, std::string what) {
        constexpr float longest = 26;
        while (ImGui::CalcTextSize(what.c_str()).x > em(longest)) {
            std::size_t end = what.size() - 1;
            while (end > 0 && (static_cast<unsigned char>(what[end]) & 0xC0U) == 0x80U) --end;
            what.resize(end);
        }
        return fmt::format("{}{}{}###{}", verb, what.empty() ? "" : ": ", what, verb);
    };
    const std::string back = to_take_back(context), again = to_do_again(context);
    if (ImGui::MenuItem(named("Undo", back).c_str(), "Ctrl Z", false, !back.empty()))
        take_back(context);
    if (ImGui::MenuItem(named("Redo", again).c_str(), "Ctrl Shift Z", false, !again.empty()))
        do_again(context);
}

}  // namespace

void view_menu(PanelContext& context) {
    if (icon_button(context, icon::layout, "View", "Layout, scale and files."))
        ImGui::OpenPopup("view menu");
    // BeginPopup takes the cursor's line with it.
    if (ImGui::BeginPopup("view menu")) {
        taking_back_rows(context);
        ImGui::Separator();
        const bool can_save = static_cast<bool>(context.save_session);
        if (ImGui::MenuItem("Save session…", "Ctrl Shift S", false, can_save))
            ask_where_to_save_session(context);
        weights_menu(context);
        if (ImGui::MenuItem("Open…", "Ctrl O")) ask_what_to_open(context);
        last_session_row(context);
        figure_menu(context);
        if (ImGui::MenuItem("Copy the setting as text", "Ctrl Shift C")) copy_setting(context);
        if (ImGui::MenuItem("Paste a setting", "Ctrl V")) paste_setting(context);
        ghosts_menu(context);
        ImGui::Separator();
        FullScreen& screen = context.kept<FullScreen>();
        if (ImGui::MenuItem("Full screen", "F11", screen.on)) screen.wanted = !screen.on;
        if (ImGui::MenuItem("Presentation", "P", context.preferences.presentation))
            context.preferences.presentation = !context.preferences.presentation;
        choose_presented(context);
        ImGui::Separator();
        if (ImGui::MenuItem("Dark theme", "T", context.preferences.dark))
            context.preferences.dark = !context.preferences.dark;
        choose_colours(context);
        if (!context.preferences.presentation) {
            if (ImGui::BeginMenu("Panel in front")) {
                for (const Panel& panel : panels())
                    if (ImGui::MenuItem(panel.title)) context.view.bring_forward = panel.title;
                ImGui::EndMenu();
            }
            if (ImGui::MenuItem("Reset layout", "Ctrl 0")) context.view.reset_layout = true;
        }
        ImGui::Separator();
        ImGui::TextColored(context.theme.dim, "Scale");
        for (const double scale : {0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0}) {
            const bool chosen = std::abs(context.preferences.user_scale - scale) < 1e-6;
            if (ImGui::MenuItem(fmt::format("{:.0f} %", scale * 100).c_str(), nullptr, chosen))
                context.preferences.user_scale = scale;
        }
        ImGui::Separator();
        if (ImGui::MenuItem("Help", "F1", context.view.show_help))
            context.view.show_help = !context.view.show_help;
        ImGui::EndPopup();
    }
}

}  // namespace muonscope::gui
