// Lanes are named, copied, moved and removed from their menus.

#include <gtest/gtest.h>

#include "app/gui/fonts.h"
#include "core/experiment/lane_list.h"
#include "tests/gui/small_run.h"

namespace muonscope::gui {
namespace {

struct LaneRows : testing::Test {
    Harness harness;

    void begin(const Spec& spec) {
        harness.train(spec);
        harness.context().send(RunTo{40});
        harness.now();
        harness.frames(3);
    }
    void open_menu(std::size_t lane) {
        harness.frame();
        const auto dots = drawing().in("Lanes").all(icon::dots);
        ASSERT_GT(dots.size(), lane);
        harness.click(dots[lane].middle());
        harness.frames(2);
    }
    void choose(const char* words) {
        const auto row = drawing().word(words);
        ASSERT_TRUE(row) << drawing().text();
        harness.click(row->middle());
        harness.now();
        harness.frames(4);
    }
    std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const LaneSnapshot& lane : harness.now().lanes) names.push_back(lane.name);
        return names;
    }
    using Names = std::vector<std::string>;
};

TEST_F(LaneRows, copy_a_lane_and_undo_brings_the_run_back) {
    begin(narrow());
    open_menu(1);
    choose("Copy to a new lane");
    EXPECT_EQ(names(), (Names{"SGD", "Muon", "Muon 2"}));
    EXPECT_EQ(harness.now().step, 0);
    EXPECT_EQ(drawing().in("Lanes").all("Muon 2").size(), 1U);
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(names(), (Names{"SGD", "Muon"}));
    EXPECT_EQ(harness.now().step, 40);
}

TEST_F(LaneRows, move_and_remove_lanes) {
    begin(narrow());
    open_menu(1);
    choose("Move up");
    EXPECT_EQ(names(), (Names{"Muon", "SGD"}));
    open_menu(0);
    choose("Remove");
    EXPECT_EQ(names(), Names{"SGD"});
    open_menu(0);  // the last one stays
    const auto row = drawing().word("Remove");
    ASSERT_TRUE(row);
    harness.click(row->middle());
    EXPECT_EQ(names(), Names{"SGD"});
}

TEST_F(LaneRows, name_a_lane_while_it_goes_on) {
    begin(narrow());
    open_menu(0);
    const ImVec2 under = drawing().word("These start over; undo brings the run back")->middle();
    harness.click({under.x, under.y - 24});
    harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
    harness.type("plain");
    harness.press(ImGuiKey_Enter);
    EXPECT_EQ(names(), (Names{"plain", "Muon"}));
    EXPECT_EQ(harness.now().step, 40);
    EXPECT_EQ(harness.now().events->back().text, "SGD is now plain");
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(names(), (Names{"SGD", "Muon"}));
    EXPECT_TRUE(harness.now().events->empty());  // no step came after it
}

// What a preset says of lanes that are gone must not be looked for in the others.
TEST_F(LaneRows, leave_presets_with_one_lane_or_eight_drawable) {
    for (const char* name : {"two-ways-up", "staged", "libraries", "exact-polar", "momentum"}) {
        SCOPED_TRACE(name);
        Spec one = preset(name);
        while (one.lanes.size() > 1) one = without_lane(one, 0);
        Spec eight = preset(name);
        while (eight.lanes.size() < most_lanes) eight = with_copy_of_lane(eight, 0);
        for (Spec* spec : {&one, &eight}) {
            set(*spec, "network.width", "16");
            begin(*spec);
            harness.frames(3);
            EXPECT_EQ(harness.now().lanes.size(), spec->lanes.size());
        }
    }
}

}  // namespace
}  // namespace muonscope::gui
