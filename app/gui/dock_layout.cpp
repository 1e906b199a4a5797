#include "app/gui/dock_layout.h"

#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "imgui_internal.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace muonscope::gui {
namespace {

// ---- from Dear ImGui ----

ImGuiID tab_of(const std::string& panel) {
    return ImHashStr("#TAB", 0, ImHashStr(panel.c_str()));
}

// Where a panel is docked, though it may not have been drawn yet, or is not now.
struct Docked {
    ImGuiID node = 0;
    int order = -1;
};
Docked place_of(const char* title) {
    if (const ImGuiWindow* window = ImGui::FindWindowByName(title))
        return {window->DockId, window->DockOrder};
    if (const ImGuiWindowSettings* saved = ImGui::FindWindowSettingsByID(ImHashStr(title)))
        return {saved->DockId, saved->DockOrder};
    return {};
}

std::vector<std::string> panels_in(const ImGuiDockNode& node) {
    std::vector<std::pair<int, std::string>> found;
    for (const Panel& panel : panels())
        if (const Docked place = place_of(panel.title); place.node == node.ID)
            found.emplace_back(place.order, panel.title);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> titles;
    for (auto& [order, title] : found) titles.push_back(std::move(title));
    return titles;
}

int read(const ImGuiDockNode& node, DockTree& tree) {
    if (!node.IsSplitNode()) {
        const int index = tree.add_end(panels_in(node));
        DockTree::Node& end = tree.nodes[index];
        for (const std::string& panel : end.panels)
            if (tab_of(panel) == node.SelectedTabId) end.front = panel;
        return index;
    }
    const ImGuiAxis axis = node.SplitAxis;
    const float first = node.ChildNodes[0]->SizeRef[axis],
                second = node.ChildNodes[1]->SizeRef[axis];
    const float all = first + second;
    const int index = tree.add_split(axis == ImGuiAxis_X ? SplitAxis::across : SplitAxis::down,
                                     all > 0 ? std::clamp(first / all, 0.02F, 0.98F) : 0.5F);
    const int a = read(*node.ChildNodes[0], tree), b = read(*node.ChildNodes[1], tree);
    tree.nodes[index].first = a;
    tree.nodes[index].second = b;
    return index;
}

// A presentation that the window opened with leaves an empty dock space, kept alive.
bool docked_nowhere() {
    return std::all_of(panels().begin(), panels().end(),
                       [](const Panel& panel) { return place_of(panel.title).node == 0; });
}

DockTree read(ImGuiID dock_space) {
    DockTree tree;
    if (const ImGuiDockNode* root = ImGui::DockBuilderGetNode(dock_space)) read(*root, tree);
    return tree;
}

// ---- to Dear ImGui ----

void build(const DockTree& tree, int index, ImGuiID id) {
    const DockTree::Node& node = tree.nodes[index];
    if (node.axis == SplitAxis::none) {
        short order = 0;
        for (const std::string& panel : node.panels) {
            ImGui::DockBuilderDockWindow(panel.c_str(), id);
            if (ImGuiWindow* window = ImGui::FindWindowByName(panel.c_str()))
                window->DockOrder = order;
            else if (auto* kept = ImGui::FindWindowSettingsByID(ImHashStr(panel.c_str())))
                kept->DockOrder = order;
            ++order;
        }
        ImGuiDockNode* end = ImGui::DockBuilderGetNode(id);
        if (end != nullptr && !node.front.empty()) end->SelectedTabId = tab_of(node.front);
        return;
    }
    ImGuiID first = 0, second = 0;
    ImGui::DockBuilderSplitNode(id, node.axis == SplitAxis::across ? ImGuiDir_Left : ImGuiDir_Up,
                                node.share, &first, &second);
    build(tree, node.first, first);
    build(tree, node.second, second);
}

void set_sizes(const DockTree& tree, int index, ImGuiDockNode& dock, ImVec2 size) {
    const DockTree::Node& node = tree.nodes[index];
    dock.SizeRef = size;
    if (node.axis == SplitAxis::none || !dock.IsSplitNode()) return;
    const int axis = node.axis == SplitAxis::across ? 0 : 1;
    const float all = std::max(2.0F, size[axis] - ImGui::GetStyle().DockingSeparatorSize);
    ImVec2 first = size, second = size;
    first[axis] = std::round(all * node.share);
    second[axis] = all - first[axis];
    set_sizes(tree, node.first, *dock.ChildNodes[0], first);
    set_sizes(tree, node.second, *dock.ChildNodes[1], second);
}

void set_sizes(const DockTree& tree, ImGuiID dock_space, ImVec2 size) {
    if (ImGuiDockNode* root = ImGui::DockBuilderGetNode(dock_space))
        set_sizes(tree, 0, *root, size);
}

void build(const DockTree& tree, ImGuiID dock_space, ImVec2 size) {
    ImGui::DockBuilderRemoveNode(dock_space);
    ImGui::DockBuilderAddNode(dock_space,
                              static_cast<ImGuiDockNodeFlags>(ImGuiDockNodeFlags_DockSpace));
    ImGui::DockBuilderSetNodeSize(dock_space, size);
    build(tree, 0, dock_space);
    set_sizes(tree, dock_space, size);
    ImGui::DockBuilderFinish(dock_space);
}

// ---- between the two ----

// What the user did since: other splits and tabs are taken as they are; where only borders were
// moved, what is folded stays folded and the borders are moved in the layout behind it.
void take_changes(DockedLayout& layout, const DockTree& now) {
    if (!same_structure(now, layout.shown)) {
        layout.chosen = now;
        return;
    }
    constexpr float moved = 0.004F;
    for (std::size_t i = 0; i < std::min(now.nodes.size(), layout.shown.nodes.size()); ++i) {
        // Both were made by the same walk, so their nodes stand in the same order.
        const DockTree::Node &is = now.nodes[i], &was = layout.shown.nodes[i];
        DockTree::Node& behind = layout.chosen.nodes[was.origin];
        if (is.axis != SplitAxis::none && std::abs(is.share - was.share) > moved)
            behind.share = is.share;
        if (is.axis != SplitAxis::none || behind.axis != SplitAxis::none) continue;
        if (std::is_permutation(is.panels.begin(), is.panels.end(), behind.panels.begin(),
                                behind.panels.end()))
            behind.panels = is.panels;
        if (std::find(behind.panels.begin(), behind.panels.end(), is.front) != behind.panels.end())
            behind.front = is.front;
    }
}

// The nodes in the order of a walk, without those that folding left out.
DockTree walked(const DockTree& tree) {
    DockTree result;
    const auto walk = [&](const auto& self, int index) -> int {
        DockTree::Node node = tree.nodes[index];
        const auto at = result.nodes.size();
        result.nodes.push_back(node);
        if (node.axis != SplitAxis::none) {
            const int first = self(self, node.first), second = self(self, node.second);
            result.nodes[at].first = first;
            result.nodes[at].second = second;
        }
        return static_cast<int>(at);
    };
    if (!tree.nodes.empty()) walk(walk, 0);
    return result;
}

Room room_for(ImVec2 size) {
    Room room;
    room.size = size;
    room.gap = ImGui::GetStyle().DockingSeparatorSize;
    room.tabs = ImGui::GetFrameHeight();
    room.least = [unit = em(1)](const std::string& title) {
        for (const Panel& panel : panels())
            if (title == panel.title) return ImVec2{panel.least.x * unit, panel.least.y * unit};
        return ImVec2{0, 0};
    };
    return room;
}

}  // namespace

DockTree default_tree(ImVec2 size) {
    // The left column holds text, so it is as wide as its text; the rest shares what is left.
    const float left = std::min(em(20.5F), size.x * 0.3F);
    const float right =
        std::min(std::clamp(size.x * 0.265F, em(12), em(36)), 0.36F * (size.x - left));
    DockTree tree;
    const auto split = [&](SplitAxis axis, float share, auto&& first, auto&& second) {
        const int index = tree.add_split(axis, share);
        const int a = first(), b = second();
        tree.nodes[index].first = a;
        tree.nodes[index].second = b;
        return index;
    };
    const auto end = [&](std::vector<std::string> titles) {
        return [&tree, titles = std::move(titles)] { return tree.add_end(titles); };
    };
    const auto middle = [&] {
        return split(
            SplitAxis::down, 0.57F,
            end({"Singular values", "Maps", "Update", "Trade-off", "Why", "Results",
                 "Staged planner", "Orthogonaliser lab", "Conditioning", "Random matrices",
                 "Weight norms", "Kinds and blocks", "Where", "Tokens", "Model weights", "Talk"}),
            [&] {
                return split(SplitAxis::across, 0.5F, end({"Loss"}),
                             end({"Downstream probe", "Rare facts"}));
            });
    };
    const auto column = [&] {
        return split(SplitAxis::down, 0.44F, end({"Representations"}), [&] {
            return split(SplitAxis::down, 0.5F, end({"Alignment"}), end({"Measures"}));
        });
    };
    split(SplitAxis::across, left / size.x, end({"Lanes"}), [&] {
        return split(SplitAxis::across, 1 - right / std::max(1.0F, size.x - left), middle, column);
    });
    return tree;
}

namespace {

bool was_saved(const std::string& title) {
    return ImGui::FindWindowByName(title.c_str()) != nullptr ||
           ImGui::FindWindowSettingsByID(ImHashStr(title.c_str())) != nullptr;
}

// A layout that an older program saved, with the panels that it did not know: each a tab beside
// those that it stands with by default.
DockTree with_new_panels(DockTree tree, ImVec2 size) {
    const DockTree ours = default_tree(size);
    for (const DockTree::Node& home : ours.nodes)
        for (const std::string& title : home.panels) {
            if (was_saved(title)) continue;
            const auto beside =
                std::find_if(tree.nodes.begin(), tree.nodes.end(), [&](const DockTree::Node& node) {
                    return std::find_first_of(node.panels.begin(), node.panels.end(),
                                              home.panels.begin(),
                                              home.panels.end()) != node.panels.end();
                });
            const auto any =
                beside != tree.nodes.end()
                    ? beside
                    : std::find_if(tree.nodes.begin(), tree.nodes.end(),
                                   [](const DockTree::Node& node) { return !node.panels.empty(); });
            if (any != tree.nodes.end()) any->panels.push_back(title);
        }
    return tree;
}

}  // namespace

void arrange_panels(PanelContext& context, ImGuiID dock_space, ImVec2 size) {
    ViewState& view = context.view;
    DockedLayout& layout = context.kept<DockedLayout>();
    const bool known = std::exchange(layout.known, true);
    const float unit = em(1);
    const DockTree now = read(dock_space);
    if (layout.restored && !now.nodes.empty()) {
        if (same_structure(now, layout.chosen)) return;
        take_changes(layout, now);
        if (!layout.chosen.nodes.empty() && !same_structure(now, layout.chosen))
            build(layout.chosen, dock_space, size);
        layout.shown = walked(layout.chosen);
        return;
    }
    const bool none = view.reset_layout || now.nodes.empty() || (!known && docked_nowhere());
    if (known && !none && layout.size.x == size.x && layout.size.y == size.y && layout.em == unit)
        return;
    if (none)
        layout.chosen = default_tree(size);
    else if (!known)
        layout.chosen = with_new_panels(now, size);
    else
        take_changes(layout, now);
    view.reset_layout = false;
    layout.size = size;
    layout.em = unit;
    layout.shown = walked(fitted(layout.chosen, room_for(size)));
    if (none || !same_structure(layout.shown, now))
        build(layout.shown, dock_space, size);
    else
        set_sizes(layout.shown, dock_space, size);
}

void restore_chosen(ViewState& view) {
    DockedLayout& layout = view.panels.of<DockedLayout>();
    layout.restored = layout.known;
}

}  // namespace muonscope::gui
