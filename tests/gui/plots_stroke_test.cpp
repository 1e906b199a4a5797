#include "app/gui/plots/stroke.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/gui/imgui_session.h"
#include "app/gui/plots/curve.h"
#include "app/gui/theme.h"
#include "app/render/renderer.h"
#include "imgui.h"

namespace muonscope::plots {
namespace {

// A frame of Dear ImGui to draw lists into.
class Stroke : public ::testing::Test {
  protected:
    Stroke() {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {800, 600};
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

    Workplace workplace_{0};
    gui::ImGuiSession session_;
    std::unique_ptr<Renderer> renderer_ = null_renderer();
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

TEST_F(Stroke, draws_a_band_half_a_thickness_wider_than_what_it_holds) {
    const std::array<BandColumn, 3> columns{BandColumn{10, 40, 60}, BandColumn{12, 44, 50},
                                            BandColumn{14, 47, 47}};
    add_band(draw_, columns, white, 1.6F);
    ASSERT_EQ(draw_->VtxBuffer.Size, 6);
    ASSERT_EQ(draw_->IdxBuffer.Size, 12);
    for (int i = 0; i < 3; ++i) {
        const BandColumn& at = columns[i];
        const ImDrawVert &above = draw_->VtxBuffer[2 * i], &below = draw_->VtxBuffer[2 * i + 1];
        EXPECT_EQ(above.pos.x, at.x);
        EXPECT_EQ(below.pos.x, at.x);
        const float soft = above.pos.y - (at.high - 0.8F);  // the edge, at most a pixel or so
        EXPECT_LT(soft, 0) << i;
        EXPECT_GT(soft, -1.6F) << i;
        EXPECT_NEAR(below.pos.y - (at.low + 0.8F), -soft, 1e-4F) << i;
    }
    for (const ImDrawIdx index : draw_->IdxBuffer) EXPECT_LT(static_cast<int>(index), 6);
}

// A plot of 100 x 100 pixels for steps 0 to 100 and values 0 to 10.
class Curve : public Stroke {
  protected:
    Curve() {
        plot_.extent = {100, 100};
        plot_.x.low = 0;
        plot_.x.high = 100;
        plot_.y.low = 0;
        plot_.y.high = 10;
        ImGui::Begin("plot");
        draw_ = ImGui::GetWindowDrawList();
        before_ = draw_->VtxBuffer.Size;
    }
    ~Curve() override { ImGui::End(); }
    template <class Values>
    void draw(int samples, Values&& value, Dash dash = Dash::solid) {
        Reduction reduction;
        reduction.begin(1, {0, 100, 50});
        for (int i = 0; i < samples; ++i) {
            const double at = 100.0 * i / samples;
            const std::array<double, 1> values{value(at, i)};
            reduction.add(at, values);
        }
        gui::PanelContext context{.preferences = preferences_,
                                  .view = view_,
                                  .theme = theme_,
                                  .fonts = session_.fonts(),
                                  .send = [](const Command&) { return std::uint64_t{0}; },
                                  .workplace = workplace_};
        draw_curve(context, plot_, reduction, 0, white, 1.6F, dash);
    }
    int vertices() const { return draw_->VtxBuffer.Size - before_; }
    // The heights drawn within a pixel of x.
    void extent(float x, float& high, float& low) const {
        high = 1e9F;
        low = -1e9F;
        for (int i = before_; i < draw_->VtxBuffer.Size; ++i) {
            const ImVec2 at = draw_->VtxBuffer[i].pos;
            if (std::abs(at.x - x) > 1) continue;
            high = std::min(high, at.y);
            low = std::max(low, at.y);
        }
    }
    gui::Preferences preferences_;
    gui::ViewState view_;
    gui::Theme theme_ = gui::theme_for(preferences_, 1);
    Axes plot_;
    int before_ = 0;
};

TEST_F(Curve, that_rattles_evenly_is_one_band_however_many_samples_it_has) {
    draw(5000, [](double, int i) { return 4.0 + i % 3; });
    const int few = vertices();
    EXPECT_LE(few, 50 * 16) << "a band and its line, by pixel columns";
    float high, low;
    extent(0, high, low);
    EXPECT_NEAR(high, 40, 2);
    EXPECT_NEAR(low, 60, 2);
    draw(50000, [](double, int i) { return 4.0 + i % 3; });
    EXPECT_LE(vertices() - few, few + few / 5);
}

TEST_F(Curve, keeps_the_height_of_a_spike_within_a_rattle) {
    draw(5000, [](double, int i) { return i == 2510 ? 9.0 : 4 + 0.2 * (i % 3); });
    float high, low;
    extent(51, high, low);
    EXPECT_NEAR(high, 10, 3);  // its soft edge is stretched with it
    extent(30, high, low);
    EXPECT_GT(high, 50);
}

TEST_F(Curve, is_drawn_from_end_to_end_where_lines_and_bands_meet) {
    draw(5000, [](double at, int i) {
        return at < 30 ? at / 10 : at < 60 ? (i % 2 == 0 ? 3.0 : 5.0) : 4.0;
    });
    // Every column between the ends is covered by some quad.
    std::array<bool, 100> covered{};
    for (int i = 0; i + 2 < draw_->IdxBuffer.Size; i += 3) {
        float left = 1e9F, right = -1e9F;
        for (int k = 0; k < 3; ++k) {
            const int vertex = draw_->IdxBuffer[i + k];
            if (vertex < before_) continue;
            left = std::min(left, draw_->VtxBuffer[vertex].pos.x);
            right = std::max(right, draw_->VtxBuffer[vertex].pos.x);
        }
        for (int x = 0; x < 100; ++x)
            if (static_cast<float>(x) >= left - 0.5F && static_cast<float>(x) <= right + 0.5F)
                covered[x] = true;
    }
    for (std::size_t x = 0; x < covered.size(); ++x) EXPECT_TRUE(covered[x]) << x;
}

class Apart : public ::testing::Test {
  protected:
    Apart() {
        plot_.position = {0, 0};
        plot_.extent = {100, 100};
        plot_.x.low = 0;
        plot_.x.high = 100;
        plot_.y.low = 0;
        plot_.y.high = 10;  // a pixel is 0.1
    }
    Reduction reduced(double difference_at_50, double a_at_50 = 3) {
        Reduction reduction;
        reduction.begin(2, {0, 100, 50});
        for (int step = 0; step < 100; ++step) {
            const double a = step == 50 ? a_at_50 : 3;
            const std::array<double, 2> values{a, step == 50 ? a + difference_at_50 : 3.001};
            reduction.add(step, values);
        }
        return reduction;
    }
    // As far as which bin the second channel is 0.3 pixels away from the first.
    int until(const Reduction& reduction) const {
        const std::vector<int> first(static_cast<std::size_t>(reduction.bins()) + 2, 0);
        return apart_until(plot_, reduction, 1, first, 0.3F);
    }
    Axes plot_;
};

// Step 50 falls into the 26th of the bins of two steps; after the one left of the range and with
// the next, where they meet.
constexpr int at_50 = 28;

TEST_F(Apart, the_last_sample_that_leaves_the_other_line_says_how_far) {
    EXPECT_EQ(until(reduced(0.029)), 0);
    EXPECT_EQ(until(reduced(0.031)), at_50);
    EXPECT_EQ(until(reduced(-0.031)), at_50);
}

TEST_F(Apart, a_gap_in_one_line_alone_counts) {
    EXPECT_EQ(until(reduced(std::nan(""))), at_50);
    EXPECT_EQ(until(reduced(0, std::nan(""))), 0);  // both
}

TEST_F(Apart, a_distance_on_a_log_axis_is_a_ratio_above_the_floor) {
    plot_.y.scale = {true, 1e-3};
    plot_.y.low = -3;
    plot_.y.high = 1;  // 0.3 pixels are 0.012 decades: 2.8 %
    EXPECT_EQ(until(reduced(0.08)), 0);
    EXPECT_EQ(until(reduced(0.09)), at_50);
    EXPECT_EQ(until(reduced(5e-4, 1e-9)), 0);  // both on the floor
}

TEST_F(Apart, each_bin_is_held_against_the_line_drawn_there) {
    const Reduction reduction = reduced(0.1);
    std::vector<int> others(static_cast<std::size_t>(reduction.bins()) + 2, 0);
    others[at_50 - 2] = 1;  // there it is its own
    EXPECT_EQ(apart_until(plot_, reduction, 1, others, 0.3F), 0);
}

}  // namespace
}  // namespace muonscope::plots
