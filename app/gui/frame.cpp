#include "app/gui/frame.h"

#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/layout.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/error.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <algorithm>
#include <cctype>

namespace muonscope::gui {
namespace {

constexpr ImGuiWindowFlags fixed_bar =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
    ImGuiWindowFlags_NoNavFocus | ImGuiWindowFlags_NoScrollWithMouse |
    ImGuiWindowFlags_NoBackground;

// A panel's only background: one rounded rectangle with a hairline. Docked windows have none of
// their own, so no pixel is painted twice.
void draw_card(const PanelContext& context) {
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    const ImVec2 at{window->Pos.x, window->Pos.y + window->TitleBarHeight};  // below tabs
    const ImVec2 end{window->Pos.x + window->Size.x, window->Pos.y + window->Size.y};
    const float corner = size::corner * context.theme.scale;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(at, end);
    draw->AddRectFilled(at, end, u32(context.theme.card), corner);
    const float hair = ImGui::GetStyle().WindowBorderSize, half = hair / 2;
    draw->AddRect({at.x + half, at.y + half}, {end.x - half, end.y - half},
                  u32(context.theme.border), corner, 0, hair);
    draw->PopClipRect();
}

void draw_bar(PanelContext& context, const char* name, ImVec2 at, ImVec2 extent, bool card,
              void (*content)(PanelContext&)) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(extent);
    ImGui::SetNextWindowViewport(ImGui::GetMainViewport()->ID);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(0.7F), 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    if (ImGui::Begin(name, nullptr, fixed_bar)) {
        if (card) draw_card(context);
        content(context);
    }
    ImGui::End();
    ImGui::PopStyleVar(3);
}

bool shown_when_presenting(const Panel& panel) {
    return panel.draw != draw_lanes && panel.draw != draw_measures;
}

void draw_dock_space(PanelContext& context, ImVec2 at, ImVec2 extent) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(extent);
    ImGui::SetNextWindowViewport(ImGui::GetMainViewport()->ID);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::Begin("##dock", nullptr, fixed_bar);
    ImGui::PopStyleVar(3);

    const ImGuiID dock_space = ImGui::GetID("panels");
    if (ImGui::DockBuilderGetNode(dock_space) == nullptr || context.view.reset_layout) {
        build_default_layout(dock_space, extent);
        context.view.reset_layout = false;
    }
    // What shows between the cards is the window's background.
    ImGui::PushStyleColor(ImGuiCol_WindowBg, context.theme.background);
    ImGui::PushStyleColor(ImGuiCol_TitleBg, context.theme.background);
    ImGui::PushStyleColor(ImGuiCol_TitleBgActive, context.theme.background);
    ImGui::PushStyleColor(ImGuiCol_Border, ImVec4{0, 0, 0, 0});  // docking draws splitters with it
    ImGui::DockSpace(dock_space, {0, 0},
                     ImGuiDockNodeFlags_AutoHideTabBar | ImGuiDockNodeFlags_PassthruCentralNode);
    ImGui::PopStyleColor(4);
    ImGui::End();
}

void draw_header(PanelContext& context, const Panel& panel) {
    const Snapshot* snapshot = context.snapshot;
    const bool told = panel.explain != nullptr && snapshot != nullptr && snapshot->spec != nullptr;
    card_header(context, panel.title,
                told ? panel.explain(snapshot->spec->experiment) : panel.explanation, panel.help);
}

void draw_panel(PanelContext& context, const Panel& panel) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(size::padding), em(0.5F)});
    ImGui::PushStyleColor(ImGuiCol_Button, ImVec4{0, 0, 0, 0});  // the corner that unhides a tab
    // In the main window the ground is there already; a window of its own needs one.
    const ImGuiWindow* window = ImGui::FindWindowByName(panel.title);
    const bool detached = window != nullptr && window->ViewportOwned;
    const bool visible =
        ImGui::Begin(panel.title, nullptr,
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoFocusOnAppearing |
                         (detached ? ImGuiWindowFlags_None : ImGuiWindowFlags_NoBackground));
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    if (visible) {
        draw_card(context);
        draw_header(context, panel);
        panel.draw(context);
    }
    ImGui::End();
}

// Of the tabs that it lies among, the one in front; without taking the keyboard.
void bring_forward(ViewState& view) {
    if (view.bring_forward.empty()) return;
    ImGuiWindow* window = ImGui::FindWindowByName(view.bring_forward.c_str());
    view.bring_forward.clear();
    if (window == nullptr || window->DockNode == nullptr) return;  // a window of its own
    window->DockNode->SelectedTabId = window->TabId;
    if (window->DockNode->TabBar != nullptr)
        window->DockNode->TabBar->NextSelectedTabId = window->TabId;
}

// What a window action has to say, above the status line; it takes no click from the training.
void draw_toast(PanelContext& context, ImVec2 bottom) {
    ViewState& view = context.view;
    if (view.toast.empty()) return;
    if (!view.toast_is_error && ImGui::GetTime() > view.toast_until) {
        view.toast.clear();
        return;
    }
    ImGui::SetNextWindowPos(bottom, ImGuiCond_Always, {0.5F, 1});
    ImGui::SetNextWindowSizeConstraints({0, 0}, {em(44), em(20)});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyle().Colors[ImGuiCol_PopupBg]);
    if (ImGui::Begin("##toast", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                         ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoMove)) {
        ImGui::AlignTextToFramePadding();
        ImGui::TextColored(view.toast_is_error ? context.theme.bad : context.theme.good, "%s",
                           view.toast_is_error ? icon::warning : icon::check);
        ImGui::SameLine();
        ImGui::PushTextWrapPos(em(38));
        ImGui::TextUnformatted(view.toast.c_str());
        ImGui::PopTextWrapPos();
        ImGui::SameLine();
        if (ImGui::Button(icon::close)) view.toast.clear();
    }
    ImGui::End();
    ImGui::PopStyleColor();
}

}  // namespace

void draw_frame(PanelContext& context) {
    handle_keys(context);
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const ImVec2 origin = viewport->WorkPos, all = viewport->WorkSize;
    const float gap = std::floor(em(size::gap));
    const float bar = std::floor(em(2.75F)), line = std::floor(em(1.75F));
    const float width = std::max(1.0F, all.x - 2 * gap);

    draw_bar(context, "##transport", {origin.x + gap, origin.y + gap}, {width, bar}, true,
             draw_transport);
    const float top = origin.y + gap + bar + gap, bottom = origin.y + all.y - line;
    draw_dock_space(context, {origin.x + gap, top}, {width, std::max(1.0F, bottom - top)});
    for (const Panel& panel : panels())
        if (!context.preferences.presentation || shown_when_presenting(panel))
            draw_panel(context, panel);
    bring_forward(context.view);
    draw_bar(context, "##status", {origin.x + gap, bottom}, {width, line}, false, draw_status);
    if (context.view.show_help) draw_help(context);
    draw_path_dialog(context);
    draw_toast(context, {origin.x + all.x / 2, bottom - gap});
    note_keyboard(context.view);
}

void draw_panel_alone(PanelContext& context, const Panel& panel) {
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const float gap = std::floor(em(size::gap));
    ImGui::SetNextWindowPos({viewport->WorkPos.x + gap, viewport->WorkPos.y + gap});
    ImGui::SetNextWindowSize({std::max(1.0F, viewport->WorkSize.x - 2 * gap),
                              std::max(1.0F, viewport->WorkSize.y - 2 * gap)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(size::padding), em(0.5F)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    const bool visible = ImGui::Begin(
        (std::string(panel.title) + "##alone").c_str(), nullptr,
        ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground);
    ImGui::PopStyleVar(2);
    if (visible) {
        draw_card(context);
        draw_header(context, panel);
        panel.draw(context);
    }
    ImGui::End();
}

std::string panel_slug(const Panel& panel) {
    std::string slug;
    for (const char* c = panel.title; *c != '\0'; ++c)
        slug += *c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    return slug;
}

const Panel& panel_by_slug(std::string_view slug) {
    std::string names;
    for (const Panel& panel : panels()) {
        if (panel_slug(panel) == slug) return panel;
        names += (names.empty() ? "" : ", ") + panel_slug(panel);
    }
    throw Error("--panel", "there is no panel '" + std::string(slug) + "'",
                "choose one of " + names);
}

}  // namespace muonscope::gui
