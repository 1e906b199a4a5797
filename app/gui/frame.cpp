#include "app/gui/frame.h"

#include "app/gui/caption.h"
#include "app/gui/dock_layout.h"
#include "app/gui/fonts.h"
#include "app/gui/instead.h"
#include "app/gui/keys.h"
#include "app/gui/left_sessions.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/model_fetch.h"
#include "app/gui/panel_window.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/presentation.h"
#include "app/gui/session_weights.h"
#include "app/gui/taking_back.h"
#include "app/gui/theme.h"
#include "app/gui/time_cursor.h"
#include "app/gui/watched_run.h"
#include "app/gui/where_run.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace muonscope::gui {
namespace {

constexpr ImGuiWindowFlags fixed_bar =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
    ImGuiWindowFlags_NoNavFocus | ImGuiWindowFlags_NoScrollWithMouse |
    ImGuiWindowFlags_NoBackground;

// It has keys of its own, and no focus ring: nobody comes upon it by Tab.
constexpr const char* time_line = "##time line";
constexpr ImGuiWindowFlags without_ring =
    ImGuiWindowFlags_NoNavInputs | ImGuiWindowFlags_NoFocusOnAppearing;

template <class Content>
void draw_bar(PanelContext& context, const char* name, ImVec2 at, ImVec2 extent, bool card,
              Content content) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(extent);
    ImGui::SetNextWindowViewport(ImGui::GetMainViewport()->ID);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(0.7F), 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    const bool visible =
        ImGui::Begin(name, nullptr, name == time_line ? fixed_bar | without_ring : fixed_bar);
    ImGui::PopStyleVar(3);  // menus that it opens have the usual ones
    if (visible) {
        if (card) draw_card(context);
        content(context);
    }
    ImGui::End();
}

// As the frame began, whose scale is a presentation's or not, whatever a key has said since. Not in
// the last frame, in which the layout is saved as it was chosen.
bool presenting(const PanelContext& context) {
    return context.theme.thick && !context.kept<DockedLayout>().restored;
}

void draw_dock_space(PanelContext& context, ImVec2 at, ImVec2 extent) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(extent);
    ImGui::SetNextWindowViewport(ImGui::GetMainViewport()->ID);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    const bool only_kept = presenting(context);  // while others fill the screen
    ImGui::Begin("##dock", nullptr,
                 fixed_bar | (only_kept ? ImGuiWindowFlags_NoMouseInputs : ImGuiWindowFlags_None));
    ImGui::PopStyleVar(3);

    const ImGuiID dock_space = ImGui::GetID("panels");
    if (only_kept) {
        ImGui::DockSpace(dock_space, {0, 0}, ImGuiDockNodeFlags_KeepAliveOnly);
        ImGui::End();
        return;
    }
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

void draw_panel(PanelContext& context, const Panel& panel) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(size::padding), em(0.5F)});
    ImGui::PushStyleColor(ImGuiCol_Button, ImVec4{0, 0, 0, 0});  // the corner that unhides a tab
    // In the main window the ground is there already; a window of its own needs one.
    const ImGuiWindow* window = ImGui::FindWindowByName(panel.title);
    const bool detached = window != nullptr && window->ViewportOwned;
    const ImGuiWindowFlags wide =
        window != nullptr ? scrolled_where_narrow(panel, window->Size.x) : ImGuiWindowFlags_None;
    const bool visible =
        ImGui::Begin(panel.title, nullptr,
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoFocusOnAppearing | wide |
                         (detached ? ImGuiWindowFlags_None : ImGuiWindowFlags_NoBackground));
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    if (visible) draw_panel_content(context, panel);
    ImGui::End();
}

// Of the tabs that it lies among, the one in front. It takes the keyboard only from one of these,
// which would keep itself in front by it.
void bring_forward(std::string& title) {
    if (title.empty()) return;
    ImGuiWindow* window = ImGui::FindWindowByName(title.c_str());
    title.clear();
    if (window == nullptr || window->DockNode == nullptr) return;  // a window of its own
    window->DockNode->SelectedTabId = window->TabId;
    if (window->DockNode->TabBar != nullptr)
        window->DockNode->TabBar->NextSelectedTabId = window->TabId;
    const ImGuiWindow* focused = ImGui::GetCurrentContext()->NavWindow;
    if (focused != nullptr && focused->RootWindow->DockNode == window->DockNode)
        ImGui::FocusWindow(window);
}

struct ShownModel {
    bool transformer = false;
};

// When a transformer takes a chain's place, panels of chains in front of their tabs give way.
void give_way(PanelContext& context) {
    const bool transformer = shows_transformer(context);
    if (!std::exchange(context.kept<ShownModel>().transformer, transformer) && transformer)
        for (const Panel& panel : panels()) {
            const ImGuiWindow* window = ImGui::FindWindowByName(panel.title);
            if (!panel.of_chains || window == nullptr || window->DockNode == nullptr ||
                window->DockNode->VisibleWindow != window)
                continue;
            std::string title = instead_of(panel).title;
            bring_forward(title);
        }
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

// What the panels have between the bars.
struct Middle {
    ImVec2 at, extent;
};

// What the preset says of itself, across the upper end of what the panels have; they keep the rest,
// if that is `least` em high.
void draw_caption_above(PanelContext& context, Middle& middle, float gap, float least) {
    const std::optional<CaptionCard> card = caption_card(context, middle.extent.x);
    if (!card || middle.extent.y - card->whole - gap < em(least)) return;
    draw_bar(context, "##caption", middle.at, {middle.extent.x, card->whole}, true,
             [&](PanelContext& shown) { draw_caption(shown, *card); });
    middle.at.y += card->whole + gap;
    middle.extent.y -= card->whole + gap;
}

// Transport above, what the preset says of itself below it, and the line at the bottom.
Middle draw_bars(PanelContext& context, ImVec2 origin, ImVec2 all, float gap) {
    // A window of few lines gives them to the panels.
    const bool lined = all.y > em(20), timed = context.copy_run && all.y > em(28);
    const float bar = std::floor(em(2.75F)), line = lined ? std::floor(em(1.75F)) : gap;
    const float time = timed ? std::floor(em(1.9F)) : 0;
    const float width = std::max(1.0F, all.x - 2 * gap), left = origin.x + gap;
    draw_bar(context, "##transport", {left, origin.y + gap}, {width, bar}, true, draw_transport);
    const float top = origin.y + gap + bar + gap, bottom = origin.y + all.y - line;
    Middle middle{{left, top}, {width, std::max(1.0F, bottom - time - top)}};
    if (all.y > em(34)) draw_caption_above(context, middle, gap, 1);
    if (lined) draw_bar(context, "##status", {left, bottom}, {width, line}, false, draw_status);
    if (timed)
        draw_bar(context, time_line, {left, bottom - time}, {width, time}, false, draw_time_line);
    return middle;
}

// The strip at the bottom, where the speaker's hand is, the audience looks at what is above; and
// between them what has to be said, if anything has.
Middle draw_bars_of_presentation(PanelContext& context, ImVec2 origin, ImVec2 all, float gap) {
    const bool lined = context.snapshot != nullptr && !trouble(*context.snapshot).empty();
    const float bar = std::floor(em(strip_height)), line = lined ? std::floor(em(1.75F)) : gap;
    const float width = std::max(1.0F, all.x - 2 * gap), left = origin.x + gap;
    const bool timed = context.copy_run && all.y > em(28);
    const float time = timed ? std::floor(em(2)) : 0;
    const float bar_top = origin.y + all.y - gap - bar, bottom = bar_top - line - time;
    Middle middle{{left, origin.y + gap}, {width, std::max(1.0F, bottom - origin.y - gap)}};
    draw_caption_above(context, middle, gap, 16);
    draw_bar(context, "##strip", {left, bar_top}, {width, bar}, true, draw_strip);
    if (lined) draw_bar(context, "##status", {left, bottom}, {width, line}, false, draw_status);
    if (timed)
        draw_bar(context, time_line, {left, bar_top - time}, {width, time}, false, draw_time_line);
    return middle;
}

// From then on it shows what is looked back at, if anything is; to be kept as long.
std::shared_ptr<const Snapshot> show_past(PanelContext& shown) {
    std::shared_ptr<const Snapshot> past = follow_past(shown);
    if (past) shown.now = std::exchange(shown.snapshot, past.get());
    return past;
}

}  // namespace

void draw_frame(PanelContext& context) {
    handle_keys(context);
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const ImVec2 origin = viewport->WorkPos, all = viewport->WorkSize;
    const float gap = std::floor(em(size::gap));
    const bool presented = presenting(context);
    const Middle middle = presented ? draw_bars_of_presentation(context, origin, all, gap)
                                    : draw_bars(context, origin, all, gap);
    draw_dock_space(context, middle.at, middle.extent);
    // A first problem that is still being built has nothing to draw.
    PanelContext shown = context;
    if (shown.snapshot != nullptr && shown.snapshot->problem == nullptr) shown.snapshot = nullptr;
    // States of a run that is no more take no room, though no panel that keeps them be shown.
    if (shown.snapshot != nullptr) context.kept<WatchedRun>().forget_stale(*shown.snapshot);
    follow_run(shown);
    const std::shared_ptr<const Snapshot> past = show_past(shown);
    if (presented) {
        draw_presented_panels(shown, middle.at, middle.extent);
    } else {
        for (const Panel& panel : panels()) draw_panel(shown, panel);
        give_way(shown);
        bring_forward(context.view.bring_beside);
        bring_forward(context.view.bring_forward);
    }
    follow_fetch(context);
    follow_opened_weights(context);
    const ImVec2 foot{origin.x + all.x / 2, middle.at.y + middle.extent.y - gap};
    draw_building(context, foot);
    if (context.view.show_help) draw_help(context);
    draw_path_dialog(context);
    draw_left_sessions(context, foot);
    draw_toast(context, foot);
    note_choices(context);
    note_keyboard(context.view);
}

void draw_panel_alone(PanelContext& context, const Panel& panel) {
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const float gap = std::floor(em(size::gap));
    PanelContext shown = context;
    const std::shared_ptr<const Snapshot> past = show_past(shown);
    draw_fixed_panel(shown, panel, std::string(panel.title) + "##alone",
                     {viewport->WorkPos.x + gap, viewport->WorkPos.y + gap},
                     {std::max(1.0F, viewport->WorkSize.x - 2 * gap),
                      std::max(1.0F, viewport->WorkSize.y - 2 * gap)},
                     ImGuiWindowFlags_NoScrollbar);
}

std::string panel_slug(const Panel& panel) {
    std::string slug;
    for (const char* c = panel.title; *c != '\0'; ++c)
        slug += *c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    return slug;
}

const Panel& panel_by_slug(std::string_view slug, const char* option) {
    std::string names;
    for (const Panel& panel : panels()) {
        if (panel_slug(panel) == slug) return panel;
        names += (names.empty() ? "" : ", ") + panel_slug(panel);
    }
    throw Error(option, "there is no panel '" + std::string(slug) + "'", "choose one of " + names);
}

}  // namespace muonscope::gui
