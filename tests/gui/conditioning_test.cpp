#include <gtest/gtest.h>

#include "app/gui/conditioning_now.h"
#include "core/experiment/presets.h"
#include "tests/gui/harness.h"

namespace muonscope::gui {
namespace {

class ConditioningPanel : public testing::Test {
  protected:
    void open(const Spec& spec) {
        harness.train(spec);
        harness.frames(4);
        ImGui::SetWindowFocus("Conditioning");
        harness.frames(3);
        harness.frames_until([&] { return now().has(0); });
    }
    ConditioningNow& now() { return harness.kept<ConditioningNow>(); }
    ImGuiWindow* column() { return harness.child("Conditioning", "numbers", 0); }

    Harness harness{{1600, 900}, 1, 2};  // with the threads that the window has
};

TEST_F(ConditioningPanel, works_out_the_newest_weights_and_rests) {
    open(preset("conditioning"));
    harness.frames_until([&] { return !now().work.busy(); });
    ASSERT_EQ(now().lanes.size(), 3U);
    EXPECT_NEAR(now().lanes[0].numbers.jacobians[0].condition(), 10, 1e-6);
    harness.view.working = false;
    harness.frames(2);
    EXPECT_FALSE(harness.view.working);

    ASSERT_EQ(now().lanes[0].trace.samples().size(), 1U);
    harness.press(ImGuiKey_RightArrow);  // one step
    harness.frames_until([&] { return now().lanes[0].trace.samples().back().step == 1; });
    EXPECT_NEAR(now().lanes[0].numbers.jacobians[0].condition(), 10, 1e-6);  // layer 2 is fixed
}

TEST_F(ConditioningPanel, starts_over_with_another_condition_in_one_drag) {
    open(preset("conditioning"));
    ImGuiWindow* window = column();
    ASSERT_NE(window, nullptr);
    const ImGuiID track = ImHashStr("##track", 0, ImHashStr("panel.start", 0, window->ID));
    const ImVec2 at = harness.find(window, track);
    harness.drag({at.x + 20, at.y}, {at.x - 300, at.y});
    EXPECT_EQ(harness.now().spec->experiment.init.condition, 1);
    EXPECT_EQ(harness.now().spec->experiment.init.kind, InitKind::conditioned);
    harness.frames_until(
        [&] { return now().has(0) && now().lanes[0].numbers.jacobians[0].condition() < 2; });
}

TEST_F(ConditioningPanel, gives_the_target_as_many_modes_as_fit_and_the_condition_asked_for) {
    open(preset("two-ways-up"));
    ImGuiWindow* window = column();
    const ImGuiID track = ImHashStr("##track", 0, ImHashStr("panel.target", 0, window->ID));
    const ImVec2 at = harness.find(window, track);
    harness.drag({at.x + 20, at.y}, {at.x + 600, at.y});
    const Snapshot& snapshot = harness.now();
    EXPECT_EQ(snapshot.problem->modes, 32);
    const Vector& s = snapshot.problem->target_svd.s;
    EXPECT_NEAR(s(0) / s(31), 1000, 1e-6 * 1000);
}

TEST_F(ConditioningPanel, takes_the_best_rate_by_its_button) {
    Spec spec = preset("conditioning");
    for (Recipe& recipe : spec.lanes) recipe.phases.front().optimizer.lr = 0.1;
    open(spec);
    ImGuiWindow* window = column();
    harness.click(harness.find(window, window->GetID("Take the best rate")));
    const Snapshot& snapshot = harness.now();
    EXPECT_NEAR(snapshot.spec->lanes[0].phases[0].optimizer.lr, 2 / 1.01, 1e-6);
    EXPECT_EQ(snapshot.spec->lanes[2].phases[0].optimizer.lr, 0.1);
}

TEST_F(ConditioningPanel, leads_to_a_run_that_trains_one_layer_alone) {
    open(preset("two-ways-up"));
    ImGuiWindow* window = column();
    harness.click(harness.find(window, window->GetID("Watch one that is")));
    EXPECT_EQ(harness.now().spec->name, "conditioning");
}

TEST_F(ConditioningPanel, is_drawn_for_nets_with_tanh) {
    open(preset("tanh"));
    harness.frames(5);
    EXPECT_TRUE(now().has(1));
}

}  // namespace
}  // namespace muonscope::gui
