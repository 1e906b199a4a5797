#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/random_sample.h"
#include "tests/gui/harness.h"

namespace muonscope::gui {
namespace {

class RandomMatricesPanel : public testing::Test {
  protected:
    RandomMatricesPanel() {
        harness.frames(4);
        ImGui::SetWindowFocus("Random matrices");
        harness.frames(3);
    }
    RandomSample& sample() { return harness.kept<RandomSample>(); }

    Harness harness{{1600, 900}, 1, 2};  // with the threads that the window has
};

TEST_F(RandomMatricesPanel, draws_until_as_many_as_wanted_are_there_and_rests) {
    sample().n = 8;
    sample().wanted = 500;
    harness.frames_until([&] { return sample().summary.drawn == 500 && !sample().drawing(); });
    EXPECT_NEAR(sample().summary.smallest.median, 0.545, 0.1);
    double shares = 0;
    for (const double share : sample().summary.condition.histogram.shares) shares += share;
    EXPECT_NEAR(shares, 1, 0.01);
    harness.view.working = false;
    harness.frames(2);
    EXPECT_FALSE(harness.view.working);
    EXPECT_EQ(sample().summary.singular, 0);
}

TEST_F(RandomMatricesPanel, goes_on_where_it_was_stopped) {
    sample().n = 128;
    sample().wanted = 200000;
    harness.frames_until([&] { return sample().summary_n == 128 && sample().summary.drawn > 0; });
    ImGuiWindow* column = harness.child("Random matrices", "numbers", 0);
    ASSERT_NE(column, nullptr);
    const ImVec2 button = harness.find(column, column->GetID("###draw"));
    harness.click(button);
    EXPECT_TRUE(sample().stopped);
    harness.frames_until([&] { return !sample().drawing(); });
    const std::int64_t drawn = sample().summary.drawn;
    harness.frames(5);
    EXPECT_EQ(sample().summary.drawn, drawn);
    harness.click(button);
    harness.frames_until([&] { return sample().summary.drawn > drawn; });
}

TEST_F(RandomMatricesPanel, begins_anew_with_another_size) {
    sample().n = 4;
    sample().wanted = 300;
    harness.frames_until([&] { return sample().summary_n == 4 && sample().summary.drawn == 300; });
    ImGuiWindow* column = harness.child("Random matrices", "numbers", 0);
    const ImGuiID track = ImHashStr("##track", 0, ImHashStr("panel.n", 0, column->ID));
    const ImVec2 at = harness.find(column, track);
    harness.drag({at.x + 40, at.y}, {at.x - 200, at.y});
    EXPECT_EQ(sample().n, 2);
    harness.frames_until([&] { return sample().summary_n == 2 && sample().summary.drawn == 300; });
}

TEST_F(RandomMatricesPanel, ends_with_the_window_while_it_draws) {
    sample().n = 256;
    sample().wanted = 200000;
    harness.frames_until([&] { return sample().drawing(); });
}

}  // namespace
}  // namespace muonscope::gui
