// Lanes are hidden, shown alone and pointed at in the legends of plots.

#include "app/gui/plots/shown_lanes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_chart.h"
#include "tests/gui/small_run.h"

namespace muonscope::gui {
namespace {

struct Legends : testing::Test {
    Harness harness;

    void begin(int lanes = 2) {
        Spec spec = narrow();
        while (static_cast<int>(spec.lanes.size()) < lanes) {
            spec.lanes.push_back(spec.lanes[0]);
            spec.lanes.back().name = "third";
        }
        harness.train(spec);
        harness.context().send(RunTo{120});
        harness.now();
        harness.frames(20);
    }
    ImVec2 name(const char* text) {
        harness.frame();
        const auto words = drawing().in("Loss").all(text);
        EXPECT_EQ(words.size(), 1U) << drawing().in("Loss").text();
        return words.empty() ? ImVec2{} : words[0].middle();
    }
    void away() {
        harness.move_to({5, 5});
        harness.frames(40);  // axes come to rest, and a click is no double click with the next
    }
    std::vector<bool>& hidden() { return harness.kept<plots::ShownLanes>().hidden; }
    std::size_t curves(int lane) {
        const Theme theme = theme_for(harness.preferences, 1);
        return drawing().in("Loss").of_colour(u32(theme.lane(lane))).size();
    }
};

TEST_F(Legends, hide_a_lane_at_a_click_and_show_it_at_the_next) {
    begin();
    const std::size_t before = curves(1);
    ASSERT_GT(before, 1U);  // the curve, and its sample in the legend
    harness.click(name("Muon"));
    away();
    EXPECT_EQ(hidden(), (std::vector<bool>{false, true}));
    EXPECT_EQ(curves(1), 0U);
    EXPECT_GT(curves(0), 1U);
    harness.click(name("Muon"));
    away();
    EXPECT_EQ(curves(1), before);
}

TEST_F(Legends, never_hide_the_last_lane) {
    begin();
    for (const char* lane : {"Muon", "SGD"}) {
        harness.click(name(lane));
        away();
    }
    EXPECT_EQ(hidden(), (std::vector<bool>{false, true}));
}

TEST_F(Legends, show_a_lane_alone_at_a_double_click_and_all_at_the_next) {
    begin(3);
    harness.double_click(name("Muon"));
    away();
    EXPECT_EQ(hidden(), (std::vector<bool>{true, false, true}));
    harness.double_click(name("Muon"));
    away();
    EXPECT_EQ(hidden(), (std::vector<bool>{false, false, false}));
}

TEST_F(Legends, let_a_lane_stand_out_under_the_mouse_in_every_plot) {
    begin();
    away();
    const Theme theme = theme_for(harness.preferences, 1);
    const ImU32 pale = u32(with_alpha(theme.lane(0), 0.25F));
    EXPECT_TRUE(drawing().of_colour(pale).empty());
    harness.move_to(name("Muon"));
    harness.frames(3);
    EXPECT_FALSE(drawing().in("Loss").of_colour(pale).empty());
    EXPECT_FALSE(drawing().in("Downstream probe").of_colour(pale).empty());
    away();
    EXPECT_TRUE(drawing().of_colour(pale).empty());
}

TEST_F(Legends, fit_the_axis_to_what_is_shown) {
    begin();
    const double low = harness.kept<plots::Memory>().axis("loss").range.low;
    harness.click(name("Muon"));
    away();
    EXPECT_GT(harness.kept<plots::Memory>().axis("loss").range.low, low);
}

TEST_F(Legends, begin_with_all_lanes_of_another_preset) {
    begin();
    harness.click(name("Muon"));
    Spec other = narrow("momentum");
    harness.context().send(SetSpec{other});
    harness.now();
    harness.frames(4);
    EXPECT_EQ(std::count(hidden().begin(), hidden().end(), true), 0);
}

TEST(HiddenLanes, are_not_in_drawings_and_are_in_tables) {
    plots::Table table;
    table.columns = {"step", "a loss", "b loss"};
    table.rows = {{0, 1, 2}, {1, 3, 4}};
    table.per_lane = 1;
    table.hidden = {false, true};
    const Theme theme = theme_for(Preferences{}, 1);
    EXPECT_EQ(plots::chart_of(table, theme).marks.size(), 1U);
    EXPECT_NE(plots::to_csv(table).find("b loss"), std::string::npos);
}

}  // namespace
}  // namespace muonscope::gui
