// The line under the plots leads every panel back in time while the run goes on; and what was done,
// to the run or to the view, is taken back in its order.

#include "app/gui/time_cursor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/panels/panels.h"
#include "app/gui/taking_back.h"
#include "app/gui/watched_run.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/small_run.h"

namespace muonscope::gui {
namespace {

struct Looking : testing::Test {
    Harness harness;
    std::shared_ptr<const Snapshot> past;

    void begin(std::int64_t step) {
        harness.train(narrow());
        go_to(step);
    }
    void go_to(std::int64_t step) {
        harness.context().send(RunTo{step});
        harness.now();
        harness.frames(3);
    }
    void look_at(std::int64_t step) {
        PanelContext context = harness.context();
        look_back_at(context, step);
        until_exact();
    }
    void until_exact() {
        harness.frames_until([&] { return cursor().step < 0 || cursor().exact(); });
        harness.frames(3);
    }
    TimeCursor& cursor() { return harness.kept<TimeCursor>(); }
    // What another run has there that was led no further.
    static std::shared_ptr<const Snapshot> stopped_at(std::int64_t step) {
        return trained(narrow(), step);
    }
    Drawing seen() {
        harness.frame();
        return drawing();
    }
};

TEST_F(Looking, back_shows_every_panel_the_bits_of_that_step) {
    begin(200);
    look_at(33);
    const auto then = stopped_at(33);
    ASSERT_TRUE(cursor().shown);
    for (std::size_t l = 0; l < 2; ++l) {
        EXPECT_EQ(cursor().shown->lanes[l].state_hash, then->lanes[l].state_hash);
        const std::vector<double>&is = cursor().shown->lanes[l].now, &was = then->lanes[l].now;
        for (std::size_t c = 0; c < was.size(); ++c)
            EXPECT_TRUE(is[c] == was[c] || (std::isnan(is[c]) && std::isnan(was[c]))) << c;
        EXPECT_EQ((*cursor().shown->lanes[l].weights)[0], (*then->lanes[l].weights)[0]);
    }
    const Drawing all = seen();
    EXPECT_EQ(all.in("Measures").all("step 33").size(), 1U) << all.in("Measures").text();
    EXPECT_EQ(all.in("Representations").starting("SGD, step 33").size(), 1U);
    EXPECT_EQ(all.in("##time line").all("step 33 of 200").size(), 1U);
    // The transport and the run are where they were.
    EXPECT_EQ(all.in("##transport").all("200").size(), 1U) << all.in("##transport").text();
    EXPECT_EQ(harness.now().step, 200);
}

TEST_F(Looking, back_does_not_touch_the_run_that_goes_on) {
    begin(50);
    look_at(20);
    go_to(120);
    EXPECT_EQ(cursor().step, 20);
    EXPECT_EQ(harness.now().lanes[1].state_hash, stopped_at(120)->lanes[1].state_hash);
    EXPECT_EQ(seen().in("##time line").all("step 20 of 120").size(), 1U);
    EXPECT_EQ(seen().in("Measures").all("step 20").size(), 1U);
}

TEST_F(Looking, back_is_begun_and_ended_by_keys) {
    begin(50);
    harness.press(ImGuiKey_LeftArrow, ImGuiMod_Shift);
    EXPECT_EQ(cursor().step, 49);
    harness.press(ImGuiKey_LeftArrow, ImGuiMod_Shift);
    EXPECT_EQ(cursor().step, 48);
    harness.press(ImGuiKey_RightArrow, ImGuiMod_Shift);
    EXPECT_EQ(cursor().step, 49);
    harness.press(ImGuiKey_RightArrow, ImGuiMod_Shift);
    EXPECT_EQ(cursor().step, -1);
    harness.press(ImGuiKey_Home);
    EXPECT_EQ(cursor().step, 0);
    harness.press(ImGuiKey_End);
    EXPECT_EQ(cursor().step, -1);
    harness.press(ImGuiKey_Home);
    harness.press(ImGuiKey_Escape);
    EXPECT_EQ(cursor().step, -1);
    EXPECT_EQ(harness.now().step, 50);
}

// Both let go of between two frames.
TEST_F(Looking, back_by_a_hand_that_is_quicker_than_a_frame_steps_nothing) {
    begin(50);
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Shift, true);
    io.AddKeyEvent(ImGuiKey_LeftArrow, true);
    io.AddKeyEvent(ImGuiMod_Shift, false);
    io.AddKeyEvent(ImGuiKey_LeftArrow, false);
    harness.frames(6);
    EXPECT_EQ(harness.now().step, 50);
    EXPECT_EQ(cursor().step, 49);
}

TEST_F(Looking, back_is_dragged_with_the_mouse) {
    begin(100);
    const Drawing all = seen();
    const auto words = all.in("##time line").all("newest step");
    ASSERT_EQ(words.size(), 1U) << all.in("##time line").text();
    const float y = words[0].middle().y;
    harness.drag({1300, y}, {600, y});
    until_exact();
    const std::int64_t first = cursor().step;
    EXPECT_GT(first, 20);
    EXPECT_LT(first, 60);
    harness.drag({600, y}, {300, y});
    EXPECT_LT(cursor().step, first);
    harness.double_click({400, y});
    EXPECT_EQ(cursor().step, -1);
}

TEST_F(Looking, back_shows_recorded_rows_at_once) {
    begin(300);
    PanelContext context = harness.context();
    look_back_at(context, 150);
    harness.frame();
    ASSERT_TRUE(cursor().shown);
    EXPECT_LE(cursor().shown->lanes[0].now_step, 150);
    EXPECT_GT(cursor().shown->lanes[0].now_step, 120);
}

TEST_F(Looking, back_marks_its_step_on_every_step_axis) {
    begin(100);
    const ImU32 colour = u32(with_alpha(theme_for(harness.preferences, 1).text, 0.75F));
    const std::size_t before = seen().of_colour(colour).size();
    look_at(40);
    EXPECT_GE(seen().of_colour(colour).size(), before + 4);  // spectra of two lanes, loss, probe
}

TEST_F(Looking, back_leaves_lanes_as_they_are_set_now) {
    begin(50);
    harness.context().send(SetParameter{"lanes.SGD.optimizer.kind", std::string("muon")});
    go_to(80);
    look_at(20);
    EXPECT_EQ(cursor().shown->lanes[0].name, "SGD");
    EXPECT_TRUE(seen().in("Lanes").all("SGD").empty()) << seen().in("Lanes").text();
}

TEST_F(Looking, back_ends_where_the_run_is_replaced_or_led_back_before_it) {
    begin(100);
    look_at(60);
    go_to(50);
    EXPECT_EQ(cursor().step, -1);
    go_to(100);
    look_at(60);
    harness.context().send(Reset{});
    harness.now();
    harness.frames(2);
    EXPECT_EQ(cursor().step, -1);
    EXPECT_EQ(harness.kept<WatchedRun>().past(), nullptr);
}

TEST_F(Looking, back_after_another_future_shows_that_one) {
    begin(100);
    look_at(80);
    PanelContext context = harness.context();
    look_at_newest(context);
    go_to(50);
    harness.context().send(SetParameter{"lanes.SGD.optimizer.lr", 0.001});
    go_to(100);
    look_at(80);
    Session other(narrow());
    WorkerPool pool(1);
    other.advance_to(50, pool);
    other.apply(SetParameter{"lanes.SGD.optimizer.lr", 0.001});
    other.advance_to(80, pool);
    EXPECT_EQ(cursor().shown->lanes[0].state_hash, other.lane(0).state_hash());
}

TEST_F(Looking, back_goes_on_from_there_and_undo_brings_back_what_came_after) {
    begin(100);
    look_at(30);
    const auto button = seen().word("Go on from here");
    ASSERT_TRUE(button);
    harness.click(button->middle());
    EXPECT_EQ(harness.now().step, 30);
    EXPECT_EQ(cursor().step, -1);
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.now().step, 100);
    look_at(40);
    harness.press(ImGuiKey_G);
    EXPECT_EQ(harness.now().step, 40);
    harness.press(ImGuiKey_G);  // nothing is looked back at
    EXPECT_EQ(harness.now().step, 40);
}

TEST_F(Looking, back_is_not_offered_at_the_start) {
    harness.train(narrow());
    PanelContext context = harness.context();
    EXPECT_FALSE(has_past(context));
    look_back_at(context, 0);
    EXPECT_EQ(cursor().step, -1);
}

// ---- taking back ----

TEST_F(Looking, taking_back_goes_through_run_and_view_in_their_order) {
    begin(50);
    harness.context().send(SetParameter{"lanes.Muon.optimizer.lr", 0.1});
    harness.now();
    harness.frames(4);
    harness.press(ImGuiKey_T);
    harness.frames(6);
    EXPECT_FALSE(harness.preferences.dark);
    EXPECT_EQ(to_take_back(harness.context()), "view: dark off");
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_TRUE(harness.preferences.dark);
    EXPECT_EQ(to_take_back(harness.context()), "Muon: learning rate 0.02 → 0.1");
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.now().spec->lanes[1].phases[0].optimizer.lr, 0.02);
    harness.frames(3);
    const PanelContext undone = harness.context();
    EXPECT_EQ(to_take_back(undone), "");
    EXPECT_EQ(to_do_again(undone), "Muon: learning rate 0.02 → 0.1");
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_NE(harness.view.toast.find("nothing to take back"), std::string::npos);
    harness.press(ImGuiKey_Y, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.now().spec->lanes[1].phases[0].optimizer.lr, 0.1);
    harness.frames(3);
    harness.press(ImGuiKey_Y, ImGuiMod_Ctrl);
    EXPECT_FALSE(harness.preferences.dark);
}

TEST_F(Looking, taking_back_a_choice_of_a_panel_made_with_the_mouse) {
    begin(50);
    harness.frames(6);
    bool& log = switch_of(harness.preferences, "sv_log");
    ASSERT_FALSE(log);
    const auto word = seen().in("Singular values").all("log");
    ASSERT_EQ(word.size(), 1U);
    harness.click(word[0].middle());
    harness.frames(6);
    ASSERT_TRUE(log);
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_FALSE(log);
}

TEST_F(Looking, taking_back_leaves_what_a_list_types) {
    begin(50);
    harness.context().send(Reset{});
    harness.now();
    harness.frames(3);
    EXPECT_EQ(harness.now().step, 0);
    harness.press(ImGuiKey_Z);  // without Ctrl
    EXPECT_EQ(harness.now().step, 0);
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.now().step, 50);
}

}  // namespace
}  // namespace muonscope::gui
