#include "app/gui/panels/panels.h"
#include "app/gui/panels/lanes.h"

#include "app/gui/frame.h"
#include "core/base/error.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/optim/schedule.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace muonscope::gui {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Five frames of every panel alone and of the whole window, under every choice that changes what a
// panel does. Dear ImGui asserts on misuse, so surviving is a statement.
void draw_everything(Harness& harness) {
    for (const bool on : {false, true}) {
        switch_of(harness.preferences, "sv_heatmap") = on;
        switch_of(harness.preferences, "sv_log") = !on;
        switch_of(harness.preferences, "update_log") = on;
        switch_of(harness.preferences, "update_linear") = !on;
        switch_of(harness.preferences, "alignment_roots") = on;
        switch_of(harness.preferences, "loss_log") = !on;
        switch_of(harness.preferences, "trade_off_from_start") = on;
        switch_of(harness.preferences, "maps_update") = on;
        for (int kind = 0; kind < 3; ++kind) {
            number_of(harness.preferences, "alignment_view") = kind + (on ? 2 : 0);
            switch_of(harness.preferences, "update_directions") = kind == 1;
            number_of(harness.preferences, "update_layer") = kind;
            switch_of(harness.preferences, "sv_bars") = kind == 2;
            switch_of(harness.preferences, "sv_target_basis") = kind == 1;
            number_of(harness.preferences, "trade_off_layer") = kind;
            number_of(harness.preferences, "sv_source") = kind;
            switch_of(harness.preferences, "maps_shape") = kind == 1;
            number_of(harness.preferences, "facts_view") = kind;
            switch_of(harness.preferences, "facts_probability") = on;
            switch_of(harness.preferences, "facts_log") = kind != 1;
            number_of(harness.preferences, "maps_source") = kind - 1;
            for (const Panel& panel : panels())
                for (int i = 0; i < 5; ++i) harness.panel_frame(panel);
        }
        harness.frames(5);
    }
    ASSERT_GT(ImGui::GetDrawData()->TotalVtxCount, 0);
}

TEST(panels, draw_before_the_first_snapshot) {
    Harness harness;
    draw_everything(harness);
}

TEST(panels, draw_a_single_layer) {
    Harness harness;
    harness.show(made_by_hand(1, 1, 5, 0.5));
    draw_everything(harness);
}

TEST(panels, draw_before_anything_is_measured) {
    Harness harness;
    harness.show(made_by_hand(2, 2, 0, 0.5));
    draw_everything(harness);
}

TEST(panels, draw_matrices_of_zeros_on_logarithmic_axes) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 100, 0));
    switch_of(harness.preferences, "sv_log") = switch_of(harness.preferences, "loss_log") = true;
    draw_everything(harness);
}

TEST(panels, draw_numbers_that_are_none) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 100, nan));
    draw_everything(harness);
    harness.show(made_by_hand(3, 2, 100, std::numeric_limits<double>::infinity()));
    draw_everything(harness);
}

TEST(panels, draw_sixteen_layers_and_eight_lanes) {
    Harness harness;
    harness.show(made_by_hand(16, 8, 300, 1));
    number_of(harness.preferences, "sv_source") = 16;
    draw_everything(harness);
}

TEST(panels, draw_in_a_window_too_small_for_any_of_them) {
    Harness harness({80, 60});
    harness.show(made_by_hand(3, 2, 100, 1));
    draw_everything(harness);
}

TEST(panels, draw_at_four_times_the_size) {
    Harness harness({1600, 900}, 4);
    harness.show(made_by_hand(3, 2, 100, 1));
    draw_everything(harness);
    EXPECT_NEAR(ImGui::GetIO().Fonts->Fonts[0]->LastBaked->Size, size::font * 4, 12);
}

TEST(panels, draw_every_kind_of_optimiser_decay_and_schedule) {
    for (const char* name : {"between", "libraries", "weight-norms"}) {
        Harness harness;
        harness.kept<LanesView>().more = true;
        harness.train(preset(name)).send(StepOnce{3});
        ASSERT_EQ(harness.now().step, 3) << name;
        draw_everything(harness);
    }
}

// The points of the curve that a lane's schedule is drawn as: what is stroked in its colour.
std::vector<ImVec2> stroked_points(ImGuiWindow* window, ImU32 colour, float thickness) {
    const ImVec4 uv =
        ImGui::GetDrawListSharedData()->TexUvLines[static_cast<int>(std::ceil(thickness))];
    std::vector<ImVec2> points;
    const ImVector<ImDrawVert>& vertices = window->DrawList->VtxBuffer;
    for (int i = 0; i + 1 < vertices.Size; ++i) {
        const ImDrawVert &one = vertices[i], &other = vertices[i + 1];
        if (one.col == colour && other.col == colour && one.uv.x == uv.x && one.uv.y == uv.y &&
            other.uv.x == uv.z && other.uv.y == uv.w)
            points.push_back({(one.pos.x + other.pos.x) / 2, (one.pos.y + other.pos.y) / 2});
    }
    return points;
}

TEST(panels, draw_a_schedule_as_it_is) {
    for (const char* kind : {"linear", "cosine", "inverse_sqrt", "exponential", "spike"}) {
        Harness harness;
        Spec spec = preset("two-ways-up");
        for (const auto& [key, value] : {std::pair{"schedule", kind},
                                         {"warmup", "20"},
                                         {"schedule_length", "90"},
                                         {"last_share", "0.1"},
                                         {"spike_at", "40"},
                                         {"spike_length", "15"},
                                         {"spike", "3"}})
            set(spec, fmt::format("lanes.0.optimizer.{}", key), std::string_view(value));
        harness.train(spec);
        harness.frames(3);
        const ScheduleSpec schedule = optimizer_of(spec.lanes[0].phases.front(), 1).schedule;
        const Theme theme = theme_for(harness.preferences, 1);
        ImGuiWindow* rows = harness.child("Lanes", "rows", 0);
        ASSERT_NE(rows, nullptr);
        ImGuiWindow* lane = nullptr;
        for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
            if (window->Active && std::string(window->Name).find("/lane_") != std::string::npos &&
                (lane == nullptr || window->Pos.y < lane->Pos.y))
                lane = window;
        ASSERT_NE(lane, nullptr);
        const auto points = stroked_points(lane, u32(theme.lane(0)), 1.5F);
        ASSERT_GT(points.size(), 50U) << kind;
        // Steps 0 to 100 across; shares from the base line up to the largest.
        const float left = points.front().x, width = points.back().x - left;
        ASSERT_GT(width, 100) << kind;
        float lowest = 0, highest = 1e9F;
        double least = 1e9, most = 0;
        const auto share_at = [&](const ImVec2& point) {
            return rate_share(schedule, std::lround((point.x - left) / width * 100));
        };
        for (const ImVec2& point : points) {
            lowest = std::max(lowest, point.y);
            highest = std::min(highest, point.y);
            least = std::min(least, share_at(point));
            most = std::max(most, share_at(point));
        }
        ASSERT_GT(lowest - highest, 10) << kind;
        for (const ImVec2& point : points)
            EXPECT_NEAR(point.y,
                        lowest - (share_at(point) - least) / (most - least) *
                                     static_cast<double>(lowest - highest),
                        0.01)
                << kind << ", step " << (point.x - left) / width * 100;
    }
}

TEST(panels, draw_every_fault_a_run_can_end_with) {
    Harness harness;
    for (const TrainerState state :
         {TrainerState::idle, TrainerState::running, TrainerState::stopping, TrainerState::finished,
          TrainerState::diverged, TrainerState::error}) {
        const auto snapshot = made_by_hand(2, 2, 10, 1);
        snapshot->state = state;
        snapshot->message = "lane SGD diverged at step 12, layer 2";
        snapshot->lanes[0].divergence = Divergence{12, 2, "gradient is not finite"};
        harness.show(snapshot);
        harness.frames(3);
    }
}

TEST(panels, have_a_slug_each_and_an_unknown_one_lists_them) {
    EXPECT_STREQ(panel_by_slug("singular-values").title, "Singular values");
    try {
        panel_by_slug("nothing");
        FAIL();
    } catch (const Error& fault) {
        for (const Panel& panel : panels())
            EXPECT_NE(std::string(fault.what()).find(panel_slug(panel)), std::string::npos);
    }
}

struct Case {
    ImVec2 display;
    float scale;
};

TEST(layout, tiles_the_window_with_every_panel_at_each_size) {
    for (const Case& c : {Case{{1280, 720}, 1}, Case{{1600, 900}, 1}, Case{{3840, 2160}, 2}}) {
        Harness harness(c.display, c.scale);
        harness.show(made_by_hand(3, 2, 100, 1));
        harness.frames(4);
        double covered = 0;
        for (const Panel& panel : panels()) {
            const ImGuiWindow* window = harness.window(panel.title);
            ASSERT_NE(window, nullptr) << panel.title;
            EXPECT_TRUE(window->DockIsActive) << panel.title;
            const ImVec2 extent = window->Size;
            EXPECT_GT(extent.x, 150 * c.scale) << panel.title;
            EXPECT_GT(extent.y, 120 * c.scale) << panel.title;
            if (!window->DockTabIsVisible) continue;  // behind another one's tab
            covered += static_cast<double>(extent.x) * static_cast<double>(extent.y);
        }
        const ImGuiWindow* caption = harness.window("##caption");
        ASSERT_NE(caption, nullptr);
        covered += static_cast<double>(caption->Size.x) * static_cast<double>(caption->Size.y);
        // All but the bars, the gaps and the margins.
        const double all = static_cast<double>(c.display.x) * static_cast<double>(c.display.y);
        EXPECT_GT(covered / all, 0.83);
        EXPECT_LT(covered / all, 1.0);
        EXPECT_TRUE(harness.window("Singular values")->DockTabIsVisible);
        EXPECT_FALSE(harness.window("Trade-off")->DockTabIsVisible);
    }
}

// Where frames are slow, a mouse comes, presses and lets go between two of them.
TEST(layout, a_tab_is_chosen_by_a_click_within_one_frame) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 10, 1));
    harness.frames(4);
    for (const char* title : {"Maps", "Update", "Singular values"}) {
        const std::vector<Word> tabs = drawing().all(title);
        ASSERT_FALSE(tabs.empty()) << title;
        const ImVec2 at = std::min_element(tabs.begin(), tabs.end(), [](auto& a, auto& b) {
                              return a.min.y < b.min.y;
                          })->middle();
        harness.move_to({800, 600});
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(at.x, at.y);
        io.AddMouseButtonEvent(0, true);
        io.AddMouseButtonEvent(0, false);
        harness.frames(4);
        EXPECT_TRUE(harness.window(title)->DockTabIsVisible) << title;
    }
}

TEST(layout, comes_back_when_it_is_reset) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 10, 1));
    harness.frames(4);
    const ImVec2 before = harness.window("Loss")->Pos;
    ImGui::DockBuilderDockWindow("Loss", 0);
    harness.frames(3);
    EXPECT_FALSE(harness.window("Loss")->DockIsActive);
    harness.press(ImGuiKey_0, ImGuiMod_Ctrl);
    harness.frames(4);
    EXPECT_TRUE(harness.window("Loss")->DockIsActive);
    EXPECT_EQ(harness.window("Loss")->Pos.x, before.x);
    EXPECT_EQ(harness.window("Loss")->Pos.y, before.y);
}

}  // namespace
}  // namespace muonscope::gui
