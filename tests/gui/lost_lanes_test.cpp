#include "app/gui/lost_lanes.h"
#include "app/gui/alignment_now.h"
#include "app/gui/frame.h"
#include "app/gui/panels/representations.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/page.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/table.h"
#include "core/experiment/presets.h"
#include "tests/gui/choices.h"
#include "tests/gui/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace muonscope::gui {
namespace {

// SGD runs away within some steps, Muon learns.
Spec hot() {
    Spec spec = preset("two-ways-up");
    spec.lanes[0].phases[0].optimizer.lr = 1;
    return spec;
}

ImGuiID seeded(const ImGuiWindow* window, int lane, const char* label) {
    return window == nullptr ? 0 : ImHashStr(label, 0, ImHashData(&lane, sizeof lane, window->ID));
}

TEST(lost_lanes, leave_play_and_step_usable_and_the_others_training) {
    Harness harness;
    harness.train(hot()).send(RunTo{120});
    ASSERT_EQ(harness.now().step, 120);
    ASSERT_TRUE(harness.now().lanes[0].divergence);
    harness.frames(3);
    EXPECT_TRUE(harness.now().can_start());
    ImGuiWindow* bar = harness.window("##transport");
    harness.click(harness.find(bar, bar->GetID("###play")));
    EXPECT_EQ(harness.now().state, TrainerState::running);
    harness.press(ImGuiKey_Space);
    const std::int64_t step = harness.now().step;
    harness.press(ImGuiKey_RightArrow);
    EXPECT_EQ(harness.now().lanes[1].step, step + 1);
}

TEST(lost_lanes, go_on_at_a_tenth_of_the_rate_from_the_line_at_the_bottom) {
    Harness harness;
    harness.train(hot()).send(RunTo{120});
    const auto other = harness.now().lanes[1].state_hash;
    harness.frames(3);
    ImGuiWindow* status = harness.window("##status");
    const ImVec2 at = harness.find(status, seeded(status, 0, "Lower the rate and go on"));
    harness.click(at);
    EXPECT_EQ(harness.now().step, 120);
    EXPECT_EQ(harness.now().lanes[0].step, 120);
    EXPECT_FALSE(harness.now().lanes[0].divergence);
    EXPECT_EQ(harness.now().lanes[1].state_hash, other);
    EXPECT_EQ(harness.now().spec->lanes[0].phases[0].optimizer.lr, 0.1);
    ASSERT_EQ(harness.now().events->size(), 1u);
    EXPECT_EQ(harness.now().events->front().text, "SGD: learning rate 1 → 0.1, goes on from here");
}

TEST(lost_lanes, start_over_from_the_line_at_the_bottom) {
    Harness harness;
    harness.train(hot()).send(RunTo{120});
    harness.now();
    harness.frames(3);
    ImGuiWindow* status = harness.window("##status");
    harness.click(harness.find(status, seeded(status, 0, "Start over")));
    EXPECT_EQ(harness.now().step, 0);
    EXPECT_FALSE(harness.now().lanes[0].divergence);
}

// A control under the held mouse stays where it is.
TEST(lost_lanes, shift_no_control) {
    for (const ImVec2 size : {ImVec2{1600, 900}, ImVec2{1280, 720}}) {
        Harness harness(size);
        harness.train(hot());
        harness.now();
        const auto rate_of = [&](int lane) {
            ImGuiWindow* card = harness.child("Lanes", "lane", lane);
            const std::string path = "lanes." + std::to_string(lane) + ".optimizer.lr";
            return harness.find(card,
                                ImHashStr("##track", 0, ImHashStr(path.c_str(), 0, card->ID)));
        };
        harness.frames(5);
        const ImVec2 first = rate_of(0), second = rate_of(1);
        const ImVec2 card = harness.child("Lanes", "lane", 1)->Pos;
        harness.train(hot()).send(RunTo{120});
        ASSERT_TRUE(harness.now().lanes[0].divergence);
        harness.frames(5);
        EXPECT_EQ(harness.child("Lanes", "lane", 1)->Pos.y, card.y);
        EXPECT_EQ(rate_of(0).y, first.y);
        EXPECT_EQ(rate_of(1).y, second.y);
    }
}

// Every axis and scale that lanes share, at the step where SGD's numbers have left the range.
TEST(lost_lanes, leave_axes_and_scales_to_what_is_sound) {
    Harness harness;
    switch_of(harness.preferences, "sv_log") = false;
    Trainer& trainer = harness.train(hot());
    trainer.send(RunTo{120});
    const Snapshot& s = harness.now();
    ASSERT_TRUE(s.lanes[0].lost());
    EXPECT_FALSE(s.lanes[1].lost());
    const HistoryView& history = s.lanes[0].history;
    const double worst = history.value(history.size() - 1, s.layout.relative_error());
    EXPECT_FALSE(worst < 1e6);
    harness.frames(40);
    const auto draw_values = [&] {
        for (int i = 0; i < 20; ++i) harness.panel_frame(panel_by_slug("singular-values"));
    };
    draw_values();
    const auto& axes = harness.kept<plots::Memory>().axes;
    // Log axes are in powers of ten: a relative error of 3 is a loss of 9 times the start's.
    ASSERT_TRUE(axes.contains("loss"));
    EXPECT_LT(axes.at("loss").range.high, 4);
    ASSERT_TRUE(axes.contains("singular values"));
    EXPECT_LE(axes.at("singular values").range.high, 20);
    // The colours of the heatmap, and the squares and points beside it.
    switch_of(harness.preferences, "sv_heatmap") = true;
    draw_values();
    for (const auto& [lane, map] : harness.kept<SingularValuesView>().heatmaps)
        EXPECT_LE(map.high, 20) << lane;
    for (const LaneAlignment& lane : harness.kept<AlignmentNow>().lanes)
        EXPECT_LT(lane.basis.norm(), 100);
    for (const auto& [lane, picture] : harness.kept<RepresentationsView>().lanes)
        for (const Matrix& layer : picture.now.at) EXPECT_LT(layer.norm(), 1e3) << lane;
}

TEST(lost_lanes, leave_a_drawing_and_are_named_in_it) {
    Harness harness;
    harness.train(hot()).send(RunTo{120});
    const Snapshot& s = harness.now();
    const std::vector<std::size_t> channels{s.layout.relative_error()};
    const std::vector<std::string> names{"relative error"};
    plots::Table table = plots::history_table(s, 0, 120, channels, names);
    ASSERT_EQ(table.sound_until.size(), 2u);
    EXPECT_EQ(table.sound_until[0], static_cast<double>(s.lanes[0].sound_step));
    EXPECT_TRUE(std::isinf(table.sound_until[1]));
    const std::string svg = plots::to_svg(
        plots::page_of(std::vector{plots::chart_of(table, light_theme())}, "relative error"));
    EXPECT_NE(svg.find(fmt::format("SGD relative error, diverged at step {}",
                                   s.lanes[0].divergence->step)),
              std::string::npos);
    EXPECT_EQ(svg.find("e+"), std::string::npos);  // no tick beyond thousands
    EXPECT_EQ(svg.find("10⁵"), std::string::npos);
}

TEST(lost_lanes, say_what_happened_to_each) {
    const auto snapshot = made_by_hand(2, 3, 40, 1);
    EXPECT_EQ(trouble(*snapshot), "");
    snapshot->lanes[0].name = "SGD";
    snapshot->lanes[0].divergence = Divergence{12, 2, "gradient is not finite"};
    snapshot->lanes[2].name = "Hot";
    snapshot->lanes[2].divergence = Divergence{9, 0, "loss is not finite"};
    EXPECT_EQ(trouble(*snapshot),
              "SGD diverged at step 12 in layer 2: gradient is not finite; Hot diverged at step 9: "
              "loss is not finite");
    snapshot->message = "replay of lane SGD: other bits";
    EXPECT_TRUE(trouble(*snapshot).starts_with("replay of lane SGD: other bits; SGD diverged"));
    EXPECT_EQ(name_and_step(snapshot->lanes[0]), "SGD");
    snapshot->lanes[0].sound_step = snapshot->lanes[0].now_step = 7;
    EXPECT_EQ(name_and_step(snapshot->lanes[0]), "SGD, step 7");
}

}  // namespace
}  // namespace muonscope::gui
