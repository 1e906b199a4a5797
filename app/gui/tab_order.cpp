#include "app/gui/tab_order.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "imgui_internal.h"

namespace muonscope::gui {
namespace {

// Windows that can take the keyboard now, in reading order.
std::vector<ImGuiWindow*> windows() {
    std::vector<ImGuiWindow*> found;
    for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
        const bool own = window->RootWindow == window && window->ParentWindow == nullptr;
        const bool docked = window->DockIsActive && window->DockTabIsVisible;
        if (!window->Active || window->Hidden || window->IsFallbackWindow || !(own || docked) ||
            (window->Flags & (ImGuiWindowFlags_NoNavInputs | ImGuiWindowFlags_Popup |
                              ImGuiWindowFlags_Tooltip)) != 0)
            continue;
        found.push_back(window);
    }
    const auto place = [](const ImGuiWindow* window) {
        // Help and messages lie over the panels: last.
        const std::string_view name = window->Name;
        const bool bar = name == "##transport" || name == "##strip";
        const int layer = bar ? 0 : window->DockNode != nullptr ? 1 : 2;
        return std::tuple(layer, window->Pos.x, window->Pos.y);
    };
    std::stable_sort(found.begin(), found.end(), [&](const ImGuiWindow* a, const ImGuiWindow* b) {
        return place(a) < place(b);
    });
    return found;
}

ImGuiWindow* neighbour(const ImGuiWindow* from, int direction) {
    const std::vector<ImGuiWindow*> all = windows();
    if (all.empty()) return nullptr;
    const auto at = std::find(all.begin(), all.end(), from);
    if (at == all.end()) return direction > 0 ? all.front() : all.back();
    const auto count = static_cast<std::ptrdiff_t>(all.size());
    const std::ptrdiff_t index = at - all.begin() + direction;
    return all[(index + count) % count];
}

void enter(ImGuiWindow* window, KeyboardState& keyboard, int direction) {
    if (window == nullptr) return;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    ImGui::FocusWindow(window);
    g.NavId = 0;
    keyboard.tab = direction;
}

}  // namespace

void go_on_by_tab(KeyboardState& keyboard) {
    ImGuiContext& g = *ImGui::GetCurrentContext();
    if (keyboard.tab == 0 && g.NavWindow == nullptr && ImGui::IsKeyPressed(ImGuiKey_Tab, false) &&
        !ImGui::GetIO().KeyCtrl)
        enter(neighbour(nullptr, ImGui::GetIO().KeyShift ? -1 : 1), keyboard,
              ImGui::GetIO().KeyShift ? -1 : 1);
    if (keyboard.tab == 0 || g.NavWindow == nullptr) return;
    ImGui::NavMoveRequestSubmit(
        ImGuiDir_None, keyboard.tab < 0 ? ImGuiDir_Up : ImGuiDir_Down,
        ImGuiNavMoveFlags_IsTabbing | ImGuiNavMoveFlags_Activate,
        ImGuiScrollFlags_KeepVisibleEdgeX | ImGuiScrollFlags_KeepVisibleEdgeY);
    g.NavTabbingDir = keyboard.tab;
    g.NavTabbingCounter = 1;  // forwards the first one met, backwards the last
}

void leave_window_by_tab(KeyboardState& keyboard) {
    ImGuiContext& g = *ImGui::GetCurrentContext();
    const int entered = std::exchange(keyboard.tab, 0);
    const bool tabbing = g.NavMoveSubmitted && (g.NavMoveFlags & ImGuiNavMoveFlags_IsTabbing) != 0;
    if (!tabbing || g.NavWindow == nullptr) return;
    // Forwards a control that was found ends the search; so does, backwards, the one it began at.
    const bool found = entered != 0 ? g.NavMoveResultLocal.ID != 0 : !g.NavMoveScoringItems;
    // Without a ring the first Tab shows where the focus is.
    if (found || (entered == 0 && g.NavTabbingDir == 0 && g.NavTabbingResultFirst.ID != 0)) return;
    const int direction = entered != 0 ? entered : g.NavTabbingDir < 0 ? -1 : 1;
    const ImGuiWindow* from = g.NavWindow->RootWindowForNav;
    ImGui::NavMoveRequestCancel();
    enter(neighbour(from, direction), keyboard, direction);
}

}  // namespace muonscope::gui
