#include "app/gui/plots/stroke.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/imgui_session.h"
#include "app/gui/plots/frame.h"
#include "imgui.h"

namespace muonscope::plots {
namespace {

// A frame of Dear ImGui to draw lists into.
class Stroke : public ::testing::Test {
  protected:
    Stroke() {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {800, 600};
        io.BackendFlags |=
            ImGuiBackendFlags_RendererHasVtxOffset | ImGuiBackendFlags_RendererHasTextures;
        ImGui::NewFrame();
        draw_ = ImGui::GetForegroundDrawList();
    }
    ~Stroke() override { ImGui::EndFrame(); }

    // What was drawn so far, as a box.
    void box(ImVec2& low, ImVec2& high) const {
        low = {1e9F, 1e9F};
        high = {-1e9F, -1e9F};
        for (const ImDrawVert& vertex : draw_->VtxBuffer) {
            low = {std::min(low.x, vertex.pos.x), std::min(low.y, vertex.pos.y)};
            high = {std::max(high.x, vertex.pos.x), std::max(high.y, vertex.pos.y)};
        }
    }

    gui::ImGuiSession session_;
    ImDrawList* draw_ = nullptr;
};

constexpr ImU32 white = IM_COL32_WHITE;

TEST_F(Stroke, takes_two_vertices_a_point_at_any_thickness) {
    for (const float thickness : {1.0F, 1.6F, 3.2F}) {
        const int vertices = draw_->VtxBuffer.Size, indices = draw_->IdxBuffer.Size;
        const std::array<ImVec2, 3> points{ImVec2{10, 10}, ImVec2{50, 20}, ImVec2{90, 15}};
        add_stroke(draw_, points, white, thickness);
        EXPECT_EQ(draw_->VtxBuffer.Size - vertices, 6) << thickness;
        EXPECT_EQ(draw_->IdxBuffer.Size - indices, 12) << thickness;
    }
}

TEST_F(Stroke, is_as_wide_as_its_thickness_and_a_soft_edge) {
    const std::array<ImVec2, 2> points{ImVec2{10, 50}, ImVec2{90, 50}};
    add_stroke(draw_, points, white, 1.6F);
    ImVec2 low, high;
    box(low, high);
    // Two pixels of texture and one clear on each side, scaled to 1.6: 0.8 (2 + 2).
    EXPECT_NEAR(high.y - low.y, 3.2F, 1e-4F);
    EXPECT_NEAR(low.x, 10, 1e-4F);
    EXPECT_NEAR(high.x, 90, 1e-4F);
}

TEST_F(Stroke, lets_no_peak_look_higher_than_it_is_by_more_than_the_thickness) {
    for (const float width : {0.0F, 0.1F, 0.5F, 1.0F, 2.0F, 5.0F, 20.0F, 60.0F}) {
        draw_->VtxBuffer.clear();
        draw_->IdxBuffer.clear();
        draw_->_ResetForNewFrame();
        draw_->PushClipRectFullScreen();
        draw_->PushTexture(ImGui::GetIO().Fonts->TexRef);
        const std::array<ImVec2, 3> points{ImVec2{100, 100}, ImVec2{100 + width, 80},
                                           ImVec2{100 + 2 * width, 100}};
        add_stroke(draw_, points, white, 1.6F);
        ImVec2 low, high;
        box(low, high);
        EXPECT_LE(low.y, 80) << width;
        // The soft edge takes 2 (1.6 / 2) of these.
        EXPECT_GE(low.y, 80 - 2 * 1.6F - 1e-3F) << width;
    }
}

TEST_F(Stroke, draws_points_that_coincide_without_a_fault) {
    const std::array<ImVec2, 4> points{ImVec2{10, 10}, ImVec2{10, 10}, ImVec2{20, 10},
                                       ImVec2{20, 10}};
    add_stroke(draw_, points, white, 1.6F);
    add_stroke(draw_, std::span(points).first(2), white, 1.6F);
    add_stroke(draw_, std::span(points).first(1), white, 1.6F);
    for (const ImDrawVert& vertex : draw_->VtxBuffer) {
        EXPECT_TRUE(std::isfinite(vertex.pos.x));
        EXPECT_TRUE(std::isfinite(vertex.pos.y));
    }
    for (const ImDrawIdx index : draw_->IdxBuffer)
        EXPECT_LT(static_cast<int>(index), draw_->VtxBuffer.Size);
}

class Apart : public ::testing::Test {
  protected:
    Apart() {
        plot_.position = {0, 0};
        plot_.extent = {100, 100};
        plot_.x_min = 0;
        plot_.x_max = 100;
        plot_.y_min = 0;
        plot_.y_max = 10;  // a pixel is 0.1
    }
    Reduction reduced(double difference_at_50, double a_at_50 = 3) {
        Reduction reduction;
        reduction.begin(2, 0, 100, 50);
        for (int step = 0; step < 100; ++step) {
            const double a = step == 50 ? a_at_50 : 3;
            const std::array<double, 2> values{a, step == 50 ? a + difference_at_50 : 3.001};
            reduction.add(step, values);
        }
        return reduction;
    }
    StepPlot plot_;
};

TEST_F(Apart, one_sample_that_leaves_the_other_line_is_enough) {
    EXPECT_FALSE(apart(plot_, reduced(0.029), 0, 1, 0.3F));
    EXPECT_TRUE(apart(plot_, reduced(0.031), 0, 1, 0.3F));
    EXPECT_TRUE(apart(plot_, reduced(-0.031), 0, 1, 0.3F));
}

TEST_F(Apart, a_gap_in_one_line_alone_counts) {
    EXPECT_TRUE(apart(plot_, reduced(std::nan("")), 0, 1, 0.3F));
    EXPECT_FALSE(apart(plot_, reduced(0, std::nan("")), 0, 1, 0.3F));  // both
}

TEST_F(Apart, a_distance_on_a_log_axis_is_a_ratio_above_the_floor) {
    plot_.scale = {true, 1e-3};
    plot_.y_min = -3;
    plot_.y_max = 1;  // 0.3 pixels are 0.012 decades: 2.8 %
    EXPECT_FALSE(apart(plot_, reduced(0.08), 0, 1, 0.3F));
    EXPECT_TRUE(apart(plot_, reduced(0.09), 0, 1, 0.3F));
    EXPECT_FALSE(apart(plot_, reduced(5e-4, 1e-9), 0, 1, 0.3F));  // both on the floor
}

}  // namespace
}  // namespace muonscope::plots
