// What is measured and chosen in a plot over steps: cursors, a level and the first step across it,
// limits that are typed, log and symmetric axes, steps of its own. Read back from what is drawn.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/gui/frame.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/step_axis.h"
#include "core/session/history.h"
#include "core/session/level_crossing.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/plot_frame.h"
#include "tests/gui/small_run.h"

namespace muonscope::gui {
namespace {

struct MeasuredPlot : testing::Test {
    Harness harness{{1000, 640}};
    std::shared_ptr<const Snapshot> run;
    const char* panel = "loss";

    void begin(std::int64_t steps = 60) {
        run = trained(narrow(), steps);
        harness.show(run);
        look();
    }
    Drawing look(int frames = 24) {
        for (int i = 0; i < frames; ++i) harness.panel_frame(panel_by_slug(panel));
        return drawing();
    }
    // Where a step and a value stand: by the labels outside of the plot.
    Scale across() { return plot_frame(harness, "Loss").across(); }
    Scale up() { return plot_frame(harness, "Loss").up(); }
    void move(float x, float y) {
        ImGui::GetIO().AddMousePosEvent(x, y);
        look();
    }
    void press(ImGuiKey key) {
        ImGui::GetIO().AddKeyEvent(key, true);
        look(2);
        ImGui::GetIO().AddKeyEvent(key, false);
        look(2);
    }
    void click(ImVec2 at, ImGuiMouseButton button) {
        move(at.x, at.y);
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(button, down);
            look(2);
        }
        look();
    }
    void click(std::string_view word) {
        const auto found = look().word(word);
        ASSERT_TRUE(found) << word;
        click(found->middle(), ImGuiMouseButton_Left);
    }
    void open_axes() {
        click({500, 300}, ImGuiMouseButton_Right);
        click("Axes");
        ASSERT_FALSE(look().in("Axes###Menu").all("Steps").empty()) << drawing().text();
    }
    // Into the first or the second of the two fields of the steps.
    void type(bool second, const std::string& text) {
        const Drawing menu = look().in("Axes###Menu");
        const auto ends = menu.starting("to ");
        ASSERT_FALSE(ends.empty()) << drawing().text();
        const Word& to = ends.front();
        const float before = menu.all("Steps").front().min.x + 20;
        const ImVec2 field{second ? to.max.x - 3 : before, to.middle().y};
        ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
        click(field, ImGuiMouseButton_Left);
        ImGui::GetIO().AddKeyEvent(ImGuiKey_A, true);
        look(2);
        ImGui::GetIO().AddKeyEvent(ImGuiKey_A, false);
        ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
        look(2);
        for (const char c : text) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
        look(2);
        press(ImGuiKey_Enter);
        look();
    }
};

TEST_F(MeasuredPlot, two_cursors_say_what_lies_between_them) {
    begin();
    move(across().pixel(20), 300);
    press(ImGuiKey_A);
    move(across().pixel(50), 300);
    press(ImGuiKey_B);
    const Drawing all = look();
    EXPECT_EQ(all.starting("A 20").size(), 2U) << "flag and read-out\n" << all.text();
    EXPECT_EQ(all.all("B 50").size(), 1U) << all.text();
    EXPECT_EQ(all.starting("Δ 30 steps").size(), 1U) << all.text();
    for (const LaneSnapshot& lane : run->lanes) {
        const std::size_t loss = run->layout.loss();
        const double a = lane.history.value(20, loss), b = lane.history.value(50, loss);
        ASSERT_EQ(lane.history.step(20), 20);
        const std::string ratio = fmt::format("{:.3g}", b / a).substr(0, 4);
        bool said = false;
        for (const Word& word : all.words)
            said = said || (word.text.find("→") != std::string::npos &&
                            word.text.find("× " + ratio) != std::string::npos);
        EXPECT_TRUE(said) << lane.name << " " << ratio << "\n" << all.text();
    }
}

TEST_F(MeasuredPlot, a_cursor_is_dragged_and_the_plot_below_it_stays) {
    begin();
    move(across().pixel(20), 300);
    press(ImGuiKey_A);
    const float to = across().pixel(45);
    const Scale before = across();
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    look(2);
    for (int i = 1; i <= 6; ++i) {
        const float from = before.pixel(20);
        ImGui::GetIO().AddMousePosEvent(from + (to - from) * static_cast<float>(i) / 6, 300);
        look(1);
    }
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    look();
    EXPECT_EQ(drawing().starting("A 45").size(), 1U) << drawing().text();
    EXPECT_NEAR(across().pixel(45), to, 1.5F);
    EXPECT_TRUE(harness.view.follow) << "the plot was dragged too";
}

TEST_F(MeasuredPlot, a_level_writes_the_first_step_across_it) {
    begin();
    move(500, 300);
    const double level = up().value(300);
    press(ImGuiKey_X);
    const Drawing all = look();
    for (std::size_t l = 0; l < 2; ++l) {
        const LevelCrossing at =
            first_below(run->lanes[l].history, run->layout.loss(), level * 1.0);
        if (!at.found()) continue;
        bool said =
            false;  // the level is rounded to three digits, so that a step may lie beside it
        for (const std::int64_t step : {at.by - 1, at.by, at.by + 1})
            said = said || !all.all(fmt::format("step {}", step)).empty();
        EXPECT_TRUE(said) << at.by << "\n" << all.text();
    }
    EXPECT_EQ(all.starting("SGD first below").size() + all.starting("SGD first above").size(), 1U)
        << all.text();
}

TEST_F(MeasuredPlot, letters_that_are_typed_into_a_field_measure_nothing) {
    begin();
    move(500, 300);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    press(ImGuiKey_A);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    EXPECT_TRUE(look().starting("A ").empty());
}

TEST_F(MeasuredPlot, steps_are_logarithmic_and_zero_has_its_place) {
    begin();
    const float zero = across().pixel(0);
    harness.chosen<plots::StepAxisChoices>().logarithmic = true;
    const Drawing all = look();
    const auto label = [&](const char* text) -> float {
        const auto words = all.all(text);
        return words.empty() ? NAN : words.front().middle().x;
    };
    EXPECT_NEAR(label("0"), zero, 3);
    const float one = label("1"), ten = label("10"), hundred = label("100");
    EXPECT_NEAR((hundred - ten) / (ten - one), std::log10(101.0 / 11) / std::log10(11.0 / 2), 0.02);
    EXPECT_TRUE(std::isfinite(hundred)) << all.text();
    // A cursor put there stands where the axis says.
    move(ten, 300);
    press(ImGuiKey_A);
    EXPECT_EQ(look().starting("A 10").size(), 1U) << drawing().text();
}

TEST_F(MeasuredPlot, limits_are_typed) {
    begin();
    open_axes();
    type(true, "80");
    EXPECT_FALSE(harness.view.follow);
    EXPECT_DOUBLE_EQ(harness.view.step_max, 80);
    type(false, "20");
    EXPECT_DOUBLE_EQ(harness.view.step_min, 20);
    type(false, "500");
    EXPECT_EQ(look().starting("its end must lie above").size(), 1U) << drawing().text();
    EXPECT_DOUBLE_EQ(harness.view.step_min, 20) << "a refused limit changes nothing";
    type(false, "-5");
    EXPECT_EQ(look().starting("it begins at 0").size(), 1U) << drawing().text();
}

TEST_F(MeasuredPlot, values_stand_on_another_scale_until_the_panel_says_its_own_anew) {
    begin();
    EXPECT_TRUE(up().logarithmic());
    open_axes();
    click("symmetric log");
    press(ImGuiKey_Escape);
    press(ImGuiKey_Escape);
    move(5, 5);
    EXPECT_FALSE(look().all("0").empty()) << "a symmetric axis has zero";
    switch_of(harness.preferences, "loss_log") = false;
    look();
    EXPECT_FALSE(up().logarithmic());
    const Scale linear = up();
    EXPECT_NEAR(linear.value(linear.pixel(3)), 3, 1e-6);
}

TEST_F(MeasuredPlot, steps_of_its_own_leave_those_of_all_plots_alone) {
    begin();
    open_axes();
    click("The same steps as all plots");
    type(true, "50");
    EXPECT_TRUE(harness.view.follow);
    EXPECT_DOUBLE_EQ(harness.view.step_max, 200);
    press(ImGuiKey_Escape);
    press(ImGuiKey_Escape);
    move(5, 5);
    EXPECT_GT(across().pixel(50) - across().pixel(0), 800) << "it shows 50 steps over its width";
    open_axes();
    click("The same steps as all plots");
    press(ImGuiKey_Escape);
    press(ImGuiKey_Escape);
    move(5, 5);
    EXPECT_LT(across().pixel(50) - across().pixel(0), 400);
}

TEST(MeasuredWindow, escape_takes_the_measurements_away_and_a_letter_turns_the_steps) {
    Harness harness;
    harness.train(narrow());
    harness.context().send(RunTo{60});
    harness.now();
    harness.frames(30);
    const PlotFrame frame = plot_frame(harness, "Loss");
    ASSERT_GT(frame.max.x, frame.min.x);
    harness.move_to({(frame.min.x + frame.max.x) / 2, (frame.min.y + frame.max.y) / 2});
    harness.frames(2);
    harness.press(ImGuiKey_A);
    harness.frames(3);
    EXPECT_FALSE(drawing().in("Loss").starting("A ").empty()) << drawing().in("Loss").text();
    harness.press(ImGuiKey_Escape);
    harness.frames(3);
    EXPECT_TRUE(drawing().in("Loss").starting("A ").empty());
    harness.press(ImGuiKey_L);
    EXPECT_TRUE(harness.chosen<plots::StepAxisChoices>().logarithmic);
}

}  // namespace
}  // namespace muonscope::gui
