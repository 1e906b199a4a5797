#include "app/gui/dock_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace muonscope::gui {
namespace {

// left | ((top over (a | b)) | right)
DockTree example() {
    DockTree tree;
    const int root = tree.add_split(SplitAxis::across, 0.2F);
    const int left = tree.add_end({"left"});
    const int rest = tree.add_split(SplitAxis::across, 0.7F);
    const int middle = tree.add_split(SplitAxis::down, 0.6F);
    const int top = tree.add_end({"top", "behind"});
    const int pair = tree.add_split(SplitAxis::across, 0.5F);
    const int a = tree.add_end({"a"}), b = tree.add_end({"b"});
    const int right = tree.add_end({"right"});
    const auto join = [&](int split, int first, int second) {
        tree.nodes[split].first = first;
        tree.nodes[split].second = second;
    };
    join(root, left, rest);
    join(rest, middle, right);
    join(middle, top, pair);
    join(pair, a, b);
    return tree;
}

Room room(float width, float height) {
    Room room;
    room.size = {width, height};
    room.gap = 10;
    room.tabs = 20;
    room.least = [](const std::string&) { return ImVec2{100, 80}; };
    return room;
}

// The panels at each end, and its size.
struct End {
    std::vector<std::string> panels;
    ImVec2 size;
};
void collect(const DockTree& tree, int index, ImVec2 size, float gap, std::vector<End>& ends) {
    const DockTree::Node& node = tree.nodes[index];
    if (node.axis == SplitAxis::none) {
        ends.push_back({node.panels, size});
        return;
    }
    const bool across = node.axis == SplitAxis::across;
    const float all = (across ? size.x : size.y) - gap;
    const auto part = [&](float share) {
        return across ? ImVec2{all * share, size.y} : ImVec2{size.x, all * share};
    };
    collect(tree, node.first, part(node.share), gap, ends);
    collect(tree, node.second, part(1 - node.share), gap, ends);
}
std::vector<End> ends_of(const DockTree& tree, const Room& room) {
    std::vector<End> ends;
    collect(tree, 0, room.size, room.gap, ends);
    return ends;
}

TEST(dock_tree, keeps_every_share_where_there_is_room) {
    for (const float times : {1.0F, 1.5F, 3.0F}) {
        const DockTree fit = fitted(example(), room(1000 * times, 800 * times));
        ASSERT_TRUE(same_structure(fit, example()));
        for (std::size_t i = 0; i < fit.nodes.size(); ++i)
            EXPECT_FLOAT_EQ(fit.nodes[i].share, example().nodes[i].share) << i;
    }
}

TEST(dock_tree, gives_every_end_its_least_where_all_have_it_together) {
    // Just what is needed: left 100, a and b 100 each, right 100, three gaps.
    const Room just = room(430, 300);
    const DockTree fit = fitted(example(), just);
    ASSERT_TRUE(same_structure(fit, example()));
    for (const End& end : ends_of(fit, just)) {
        EXPECT_GE(end.size.x, 99.9F) << end.panels.front();
        EXPECT_GE(end.size.y, 79.9F) << end.panels.front();
    }
}

TEST(dock_tree, folds_the_smallest_neighbours_into_tabs_first) {
    const Room narrow = room(425, 300);
    const DockTree fit = fitted(example(), narrow);
    const auto ends = ends_of(fit, narrow);
    ASSERT_EQ(ends.size(), 4U);
    EXPECT_EQ(ends[2].panels, (std::vector<std::string>{"a", "b"}));
    for (const End& end : ends) EXPECT_GE(end.size.x, 99.9F);
}

TEST(dock_tree, loses_no_panel_in_any_room_and_gives_each_its_least_or_one_end) {
    for (float width = 20; width < 1500; width += 37)
        for (float height = 20; height < 900; height += 41) {
            const Room given = room(width, height);
            const DockTree fit = fitted(example(), given);
            std::multiset<std::string> met;
            const auto ends = ends_of(fit, given);
            for (const End& end : ends) met.insert(end.panels.begin(), end.panels.end());
            ASSERT_EQ(met,
                      (std::multiset<std::string>{"left", "top", "behind", "a", "b", "right"}));
            const ImVec2 least = least_of(fit, given);
            for (const End& end : ends) {
                // Its least, or all there is.
                ASSERT_GE(end.size.x, std::min(width, 99.0F)) << width << " " << height;
                ASSERT_GE(end.size.y, std::min(height, 79.0F)) << width << " " << height;
            }
            if (least.x > width && least.y > height) {
                ASSERT_EQ(ends.size(), 1U);
            }
        }
}

TEST(dock_tree, needs_no_room_for_panels_that_are_not_shown) {
    Room given = room(315, 300);  // for three beside one another, not four
    given.least = [](const std::string& panel) {
        return panel == "left" || panel == "right" ? ImVec2{0, 0} : ImVec2{100, 80};
    };
    EXPECT_TRUE(same_structure(fitted(example(), given), example()));
}

}  // namespace
}  // namespace muonscope::gui
