#include "app/gui/dock_tree.h"

#include <algorithm>
#include <cmath>

namespace muonscope::gui {
namespace {

using Node = DockTree::Node;

float along(ImVec2 size, SplitAxis axis) {
    return axis == SplitAxis::across ? size.x : size.y;
}

class Fitting {
  public:
    Fitting(DockTree tree, const Room& room) : tree_(std::move(tree)), room_(room) {}

    Node& node(int index) { return tree_.nodes[index]; }
    const Node& node(int index) const { return tree_.nodes[index]; }

    ImVec2 least(int index) const {
        const Node& at = node(index);
        if (at.axis == SplitAxis::none) return least_of_end(at);
        const ImVec2 a = least(at.first), b = least(at.second);
        // A side with nothing to show takes no room and needs no gap.
        const auto sum = [&](float x, float y) {
            return x > 0 && y > 0 ? x + y + room_.gap : x + y;
        };
        return at.axis == SplitAxis::across ? ImVec2{sum(a.x, b.x), std::max(a.y, b.y)}
                                            : ImVec2{std::max(a.x, b.x), sum(a.y, b.y)};
    }

    void fold_until_it_fits(SplitAxis axis) {
        while (along(least(0), axis) > along(room_.size, axis)) {
            int smallest = -1;
            float smallest_area = 2;
            find_smallest_split(0, axis, 1, smallest, smallest_area);
            if (smallest < 0) return;  // one end with all of it: it scrolls
            fold(smallest);
        }
    }

    // Shares in which every side has its least.
    void give_way(int index, ImVec2 size) {
        Node& at = node(index);
        if (at.axis == SplitAxis::none) return;
        const float all = std::max(1.0F, along(size, at.axis) - room_.gap);
        const float a = along(least(at.first), at.axis), b = along(least(at.second), at.axis);
        float first = std::max(at.share * all, a);
        first = std::min(first, std::max(all - b, 0.0F));
        at.share = std::clamp(first / all, 0.02F, 0.98F);
        const auto part = [&](float length) {
            return at.axis == SplitAxis::across ? ImVec2{length, size.y} : ImVec2{size.x, length};
        };
        give_way(at.first, part(at.share * all));
        give_way(at.second, part(all - at.share * all));
    }

    DockTree take() { return std::move(tree_); }

  private:
    ImVec2 least_of_end(const Node& end) const {
        ImVec2 size{0, 0};
        for (const std::string& panel : end.panels) {
            const ImVec2 one = room_.least(panel);
            size = {std::max(size.x, one.x), std::max(size.y, one.y)};
        }
        if (end.panels.size() > 1 && size.y > 0) size.y += room_.tabs;
        return size;
    }

    // Of the splits along an axis that together need too much, the one with the least room.
    void find_smallest_split(int index, SplitAxis axis, float area, int& smallest,
                             float& smallest_area) const {
        const Node& at = node(index);
        if (at.axis == SplitAxis::none) return;
        const float a = along(least(at.first), axis), b = along(least(at.second), axis);
        if (at.axis == axis && a > 0 && b > 0 && area < smallest_area) {
            smallest = index;
            smallest_area = area;
        }
        // Side by side both need room; of two one above the other the wider one decides.
        const bool both = at.axis == axis;
        if (both || a >= b)
            find_smallest_split(at.first, axis, area * at.share, smallest, smallest_area);
        if (both || b >= a)
            find_smallest_split(at.second, axis, area * (1 - at.share), smallest, smallest_area);
    }

    // The smaller side's panels become tabs of the larger side's largest end.
    void fold(int index) {
        const Node split = node(index);
        const bool first_is_larger = split.share >= 0.5F;
        const int larger = first_is_larger ? split.first : split.second;
        std::vector<std::string> moved;
        collect(first_is_larger ? split.second : split.first, moved);
        int end = larger;
        while (node(end).axis != SplitAxis::none)
            end = node(end).share >= 0.5F ? node(end).first : node(end).second;
        std::vector<std::string>& panels = node(end).panels;
        panels.insert(panels.end(), moved.begin(), moved.end());
        node(index) = Node(node(larger));
    }

    void collect(int index, std::vector<std::string>& panels) const {
        const Node& at = node(index);
        if (at.axis == SplitAxis::none) {
            panels.insert(panels.end(), at.panels.begin(), at.panels.end());
            return;
        }
        collect(at.first, panels);
        collect(at.second, panels);
    }

    DockTree tree_;
    const Room& room_;
};

bool same(const DockTree& a, int i, const DockTree& b, int j) {
    const Node &x = a.nodes[i], &y = b.nodes[j];
    if (x.axis != y.axis) return false;
    if (x.axis == SplitAxis::none)
        return std::is_permutation(x.panels.begin(), x.panels.end(), y.panels.begin(),
                                   y.panels.end());
    return same(a, x.first, b, y.first) && same(a, x.second, b, y.second);
}

}  // namespace

int DockTree::add_end(std::vector<std::string> panels) {
    Node end;
    end.origin = static_cast<int>(nodes.size());
    if (!panels.empty()) end.front = panels.front();
    end.panels = std::move(panels);
    nodes.push_back(std::move(end));
    return nodes.back().origin;
}

int DockTree::add_split(SplitAxis axis, float share) {
    Node split;
    split.axis = axis;
    split.share = share;
    split.origin = static_cast<int>(nodes.size());
    nodes.push_back(std::move(split));
    return nodes.back().origin;
}

bool same_structure(const DockTree& a, const DockTree& b) {
    if (a.nodes.empty() || b.nodes.empty()) return a.nodes.empty() == b.nodes.empty();
    return same(a, 0, b, 0);
}

ImVec2 least_of(const DockTree& tree, const Room& room) {
    return tree.nodes.empty() ? ImVec2{0, 0} : Fitting(tree, room).least(0);
}

DockTree fitted(const DockTree& tree, const Room& room) {
    if (tree.nodes.empty()) return tree;
    DockTree marked = tree;
    for (std::size_t i = 0; i < marked.nodes.size(); ++i)
        marked.nodes[i].origin = static_cast<int>(i);
    Fitting fitting(std::move(marked), room);
    // What is folded for its width has other heights then.
    fitting.fold_until_it_fits(SplitAxis::across);
    fitting.fold_until_it_fits(SplitAxis::down);
    fitting.give_way(0, room.size);
    return fitting.take();
}

}  // namespace muonscope::gui
