#include "app/gui/frame.h"

#include "app/gui/caption.h"
#include "app/gui/dock_layout.h"
#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
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
    arrange_panels(context, dock_space, extent);
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
    ImGuiWindowFlags wide = ImGuiWindowFlags_None;
    if (const float content = em(panel.narrowest);
        window != nullptr && window->Size.x - 2 * em(size::padding) < content) {
        ImGui::SetNextWindowContentSize({content, 0});
        wide = ImGuiWindowFlags_HorizontalScrollbar;
    }
    const bool visible =
        ImGui::Begin(panel.title, nullptr,
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoFocusOnAppearing | wide |
                         (detached ? ImGuiWindowFlags_None : ImGuiWindowFlags_NoBackground));
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    if (visible) {
        draw_card(context);
        draw_header(context, panel);
        context.view.weights_shown = context.view.weights_shown || panel.weights;
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

struct BuildingCard {
    double since = -1;  // when the newest building was first seen; -1: none
};

// What is being made while the picture of before stands: what, how far, and that it is at work.
// Shown once it has taken longer than a blink, so that small nets do not flicker.
void draw_building(PanelContext& context, ImVec2 bottom) {
    constexpr double blink = 0.15;
    ViewState& view = context.view;
    double& since = context.kept<BuildingCard>().since;
    const Snapshot* s = context.snapshot;
    if (s == nullptr || !s->building) {
        since = -1;
        return;
    }
    const double now = ImGui::GetTime();
    if (since < 0) since = now;
    view.working = true;
    if (s->problem != nullptr && now - since < blink) {
        view.animating = true;
        return;
    }
    const Building& building = *s->building;
    ImGui::SetNextWindowPos(bottom, ImGuiCond_Always, {0.5F, 1});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyle().Colors[ImGuiCol_PopupBg]);
    if (ImGui::Begin("##building", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                         ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoInputs)) {
        const std::string title = building.spec != nullptr ? building.spec->title : "";
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted(("building " + title + "…").c_str());
        ImGui::PopFont();
        const float width = std::max(em(22), ImGui::GetItemRectSize().x);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float high = std::max(2.0F, em(0.3F));
        const auto done = static_cast<float>(std::clamp(building.done, 0.0, 1.0));
        ImDrawList* draw = ImGui::GetWindowDrawList();
        draw->AddRectFilled(at, {at.x + width, at.y + high}, u32(context.theme.well), high / 2);
        draw->AddRectFilled(at, {at.x + width * std::max(done, 0.02F), at.y + high},
                            u32(context.theme.accent), high / 2);
        ImGui::Dummy({width, high});
        ImGui::TextColored(context.theme.dim, "%s", building.what.c_str());
    }
    ImGui::End();
    ImGui::PopStyleColor();
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
        ImGui::PushTextWrapPos(std::min(em(38), ImGui::GetMainViewport()->WorkSize.x - em(6)));
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
    // A window of few lines gives them to the panels.
    const bool lined = all.y > em(20);
    const float bar = std::floor(em(2.75F)), line = lined ? std::floor(em(1.75F)) : gap;
    const float width = std::max(1.0F, all.x - 2 * gap);

    draw_bar(context, "##transport", {origin.x + gap, origin.y + gap}, {width, bar}, true,
             draw_transport);
    float top = origin.y + gap + bar + gap;
    const float bottom = origin.y + all.y - line;
    // A low window gives its lines to the panels.
    if (const float caption = all.y > em(34) ? caption_height(context, width) : 0; caption > 0) {
        draw_bar(context, "##caption", {origin.x + gap, top}, {width, caption}, true, draw_caption);
        top += caption + gap;
    }
    draw_dock_space(context, {origin.x + gap, top}, {width, std::max(1.0F, bottom - top)});
    // A first problem that is still being built has nothing to draw.
    PanelContext shown = context;
    if (shown.snapshot != nullptr && shown.snapshot->problem == nullptr) shown.snapshot = nullptr;
    for (const Panel& panel : panels())
        if (!context.preferences.presentation || panel.presented) draw_panel(shown, panel);
    bring_forward(context.view);
    if (lined)
        draw_bar(context, "##status", {origin.x + gap, bottom}, {width, line}, false, draw_status);
    draw_building(context, {origin.x + all.x / 2, bottom - gap});
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
        context.view.weights_shown = context.view.weights_shown || panel.weights;
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
