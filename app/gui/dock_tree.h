#pragma once

#include <functional>
#include <string>
#include <vector>

#include "imgui.h"

// What a layout is, whatever the size of the window: a tree of splits with panels at its ends. Pure
// values; layout.h carries them to and from Dear ImGui.
namespace muonscope::gui {

enum class SplitAxis { none, across, down };  // none: an end; across: side by side

struct DockTree {
    struct Node {
        SplitAxis axis = SplitAxis::none;
        float share = 0.5F;               // of the room, the first child's
        int first = -1, second = -1;      // indices of nodes
        int origin = -1;                  // the same node of the tree this one was fitted from
        std::vector<std::string> panels;  // of an end: its tabs, in order
        std::string front;                // the tab that is shown
    };
    std::vector<Node> nodes;  // the first is the root; none: no panel is docked

    // Appends and returns the index.
    int add_end(std::vector<std::string> panels);
    int add_split(SplitAxis axis, float share);
};

// Whether two have the same splits and ends with the same panels, whatever the order of tabs.
bool same_structure(const DockTree& a, const DockTree& b);

struct Room {
    ImVec2 size;     // pixels
    float gap = 0;   // between two panels
    float tabs = 0;  // height of a row of tabs
    // Of a panel, the room it needs to be of use; {0, 0} for one that is not shown.
    std::function<ImVec2(const std::string& panel)> least;
};

// The room that all of it needs, so that every panel has its least.
ImVec2 least_of(const DockTree& tree, const Room& room);

// The same layout in this room. Every split keeps its share as long as both sides have their least,
// and gives way where one has not; where all together have not, neighbours become tabs of one
// another, smallest first.
DockTree fitted(const DockTree& tree, const Room& room);

}  // namespace muonscope::gui
