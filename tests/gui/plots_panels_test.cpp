#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "app/gui/frame.h"
#include "app/gui/imgui_session.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"
#include "app/render/renderer.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/projection.h"
#include "core/session/session.h"
#include "imgui.h"
#include "imgui_internal.h"
#include "tests/gui/choices.h"

namespace muonscope::gui {
namespace {

// Dear ImGui without a window or a renderer: textures are said to be there, nothing is drawn.
class Screen {
  public:
    explicit Screen(ImVec2 size, float scale = 1) : theme_(theme_for(preferences, scale)) {
        apply_theme(theme_);
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = size;
        io.DeltaTime = 1.0F / 60;
    }

    void frames(const Snapshot* snapshot, int count, const char* panel = nullptr) {
        for (int i = 0; i < count; ++i) {
            ImGui::NewFrame();
            PanelContext context{.snapshot = snapshot,
                                 .preferences = preferences,
                                 .view = view,
                                 .theme = theme_,
                                 .fonts = session_.fonts(),
                                 .send = [](const Command&) { return std::uint64_t{0}; },
                                 .workplace = workplace_};
            if (panel)
                draw_panel_alone(context, panel_by_slug(panel));
            else
                draw_frame(context);
            ImGui::Render();
            renderer_->draw(1, 1, {});
        }
    }

    void move_mouse(ImVec2 to) { ImGui::GetIO().AddMousePosEvent(to.x, to.y); }
    int tooltips() const {
        int count = 0;
        for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
            if (window->Active && (window->Flags & ImGuiWindowFlags_Tooltip)) ++count;
        return count;
    }

  private:
    Workplace workplace_{0};
    ImGuiSession session_;
    std::unique_ptr<Renderer> renderer_ = null_renderer();

  public:
    Preferences preferences;
    ViewState view;

  private:
    Theme theme_;
};

std::shared_ptr<Snapshot> trained(
    std::initializer_list<std::pair<const char*, const char*>> changes, std::int64_t steps) {
    Spec spec = preset("two-ways-up");
    for (const auto& [key, value] : changes) set(spec, key, std::string_view(value));
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(steps, pool);
    return session.snapshot();
}

// Every value measured so far becomes `value`, every weight too.
std::shared_ptr<Snapshot> filled_with(double value) {
    auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 20);
    for (LaneSnapshot& lane : snapshot->lanes) {
        History history(snapshot->layout.channels(), 64, SamplingRule{});
        const std::vector<double> row(snapshot->layout.channels(), value);
        for (int step = 0; step < 20; ++step) history.append(step, row);
        lane.history = history.view();
        lane.now = row;
        auto weights = std::make_shared<std::vector<Matrix>>(*lane.weights);
        for (Matrix& weight : *weights) weight.setConstant(value);
        lane.weights = weights;
    }
    return snapshot;
}

// Every view that the header controls can choose.
void draw_every_view(Screen& screen, const Snapshot* snapshot) {
    for (int view = 0; view < 24; ++view) {
        Preferences& p = screen.preferences;
        switch_of(p, "sv_heatmap") = view & 1;
        switch_of(p, "sv_log") = view & 2;
        switch_of(p, "loss_log") = switch_of(p, "probe_log") = !(view & 2);
        switch_of(p, "sv_bars") = view & 4;
        number_of(p, "alignment_view") = view % 5;
        switch_of(p, "alignment_roots") = view & 8;
        switch_of(p, "sv_target_basis") = view & 1;
        number_of(p, "sv_source") = number_of(p, "measures_source") = view / 8;
        screen.frames(snapshot, 5);
    }
}

TEST(PlotPanels, draw_without_a_snapshot) {
    Screen screen({1280, 720});
    draw_every_view(screen, nullptr);
}

TEST(PlotPanels, draw_the_opening_run_in_every_view) {
    Screen screen({1280, 720});
    const auto snapshot = trained({}, 60);
    draw_every_view(screen, snapshot.get());
    EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, 80000);
}

TEST(PlotPanels, draw_one_layer_and_sixteen) {
    Screen screen({1280, 720});
    const auto one = trained({{"network.depth", "1"}, {"network.width", "6"}}, 10);
    draw_every_view(screen, one.get());
    const auto deep = trained({{"network.depth", "16"}, {"network.width", "6"}}, 5);
    draw_every_view(screen, deep.get());
}

TEST(PlotPanels, draw_zeros_on_a_log_axis_and_numbers_that_are_none) {
    for (const double value :
         {0.0, std::nan(""), std::numeric_limits<double>::infinity(), -1.0, 1e300, 1e-300}) {
        Screen screen({1280, 720});
        const auto snapshot = filled_with(value);
        draw_every_view(screen, snapshot.get());
    }
}

TEST(PlotPanels, draw_in_tiny_windows_and_at_four_times_the_size) {
    const auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 20);
    for (const ImVec2 size : {ImVec2{10, 10}, ImVec2{120, 60}, ImVec2{400, 900}})
        for (const Panel& panel : panels()) {
            Screen screen(size);
            screen.frames(snapshot.get(), 5, panel_slug(panel).c_str());
        }
    Screen large({3840, 2160}, 4);
    draw_every_view(large, snapshot.get());
}

TEST(PlotPanels, let_go_of_their_pictures_before_the_renderer_goes) {
    const auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 20);
    Screen screen({1280, 720});
    switch_of(screen.preferences, "sv_heatmap") = true;
    screen.frames(snapshot.get(), 2);
    EXPECT_TRUE(screen.view.panels.of<SingularValuesView>().heatmaps.at(0).texture.ready());
    const int textures = ImGui::GetPlatformIO().Textures.Size;
    screen.view.panels = {};
    EXPECT_LT(ImGui::GetPlatformIO().Textures.Size, textures);
    screen.frames(snapshot.get(), 2);
}

TEST(PlotPanels, say_what_is_under_the_mouse) {
    Screen screen({900, 600});
    const auto snapshot = trained({}, 100);
    screen.frames(snapshot.get(), 4, "loss");
    screen.move_mouse({300, 300});
    screen.frames(snapshot.get(), 3, "loss");
    EXPECT_GT(screen.view.panels.of<plots::Memory>().hovered_step, 0);
    EXPECT_LT(screen.view.panels.of<plots::Memory>().hovered_step, 200);
    EXPECT_EQ(screen.tooltips(), 1);
    screen.move_mouse({5, 5});
    screen.frames(snapshot.get(), 3, "loss");
    EXPECT_EQ(screen.tooltips(), 0);
}

TEST(PlotPanels, stop_following_when_the_wheel_turns_and_follow_again_on_double_click) {
    Screen screen({900, 600});
    const auto snapshot = trained({}, 100);
    screen.frames(snapshot.get(), 4, "loss");
    EXPECT_TRUE(screen.view.follow);
    screen.move_mouse({300, 300});
    screen.frames(snapshot.get(), 2, "loss");
    ImGui::GetIO().AddMouseWheelEvent(0, 1);
    screen.frames(snapshot.get(), 2, "loss");
    EXPECT_FALSE(screen.view.follow);
    EXPECT_LT(screen.view.step_max - screen.view.step_min, 199);
    for (int click = 0; click < 2; ++click) {
        ImGui::GetIO().AddMouseButtonEvent(0, true);
        screen.frames(snapshot.get(), 1, "loss");
        ImGui::GetIO().AddMouseButtonEvent(0, false);
        screen.frames(snapshot.get(), 1, "loss");
    }
    screen.frames(snapshot.get(), 20, "loss");
    EXPECT_TRUE(screen.view.follow);
    EXPECT_DOUBLE_EQ(screen.view.step_min, 0);
    EXPECT_DOUBLE_EQ(screen.view.step_max, 200);
}

TEST(PlotPanels, give_small_multiples_the_same_axes) {
    Screen screen({1200, 500});
    const auto snapshot = trained({}, 100);
    screen.frames(snapshot.get(), 12, "singular-values");
    const plots::Memory& kept = screen.view.panels.of<plots::Memory>();
    const auto& left = kept.reductions.at({"singular values", 0}).reduction();
    const auto& right = kept.reductions.at({"singular values", 1}).reduction();
    EXPECT_EQ(left.bins(), right.bins());
    EXPECT_EQ(left.x_max(), right.x_max());
    EXPECT_EQ(kept.axes.size(), 1u);
}

TEST(Projection, of_the_target_s_own_directions_lies_on_the_axes) {
    const auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 0);
    const Problem& problem = *snapshot->problem;
    // Weights that are the balanced factors: each layer scales v_k's image by s_k^(1/L).
    const Matrix points = problem.target_svd.v.leftCols(2);
    const auto states = layer_points(problem, problem.layer_targets, points);
    const auto frames = target_frames(problem, problem.layer_targets, 0);
    ASSERT_EQ(states.size(), 3u);
    ASSERT_EQ(frames.size(), 3u);
    for (std::size_t l = 0; l < 3; ++l)
        for (int k = 0; k < 2; ++k) {
            const double expected =
                std::pow(problem.target_svd.s(k), static_cast<double>(l + 1) / 3);
            EXPECT_NEAR(in_frame(frames[l], states[l])(k, k), expected, 1e-9);
            EXPECT_NEAR(in_frame(frames[l], states[l])(1 - k, k), 0, 1e-9);
        }
}

TEST(Projection, in_the_target_s_basis_the_target_is_its_singular_values) {
    const auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 0);
    const Problem& problem = *snapshot->problem;
    const Matrix values = in_target_basis(problem, problem.layer_targets);
    ASSERT_EQ(values.rows(), 8);
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j)
            EXPECT_NEAR(values(i, j), i == j && i < 4 ? problem.target_svd.s(i) : 0, 1e-9);
}

TEST(Table, writes_csv_that_reads_back) {
    plots::Table table;
    table.columns = {"step", "a, b", "say \"x\""};
    table.rows = {{0, 0.1, std::nan("")}, {1, 1e-300, 3}};
    EXPECT_EQ(plots::to_csv(table),
              "step,\"a, b\",\"say \"\"x\"\"\"\n0,0.10000000000000001,\n1,1e-300,3"
              "\n");
}

TEST(Table, holds_the_visible_steps_of_every_lane) {
    const auto snapshot = trained({{"network.width", "8"}, {"target.modes", "4"}}, 30);
    const std::vector<std::size_t> channels{snapshot->layout.loss()};
    const std::vector<std::string> names{"loss"};
    const plots::Table table = plots::history_table(*snapshot, 10, 20, channels, names);
    const std::string lane = snapshot->lanes[1].name;
    ASSERT_EQ(table.columns.size(), 9u);
    EXPECT_EQ(std::vector<std::string>(table.columns.begin() + 5, table.columns.end()),
              (std::vector<std::string>{lane + " steps", lane + " loss", lane + " loss min",
                                        lane + " loss max"}));
    ASSERT_EQ(table.rows.size(), 11u);
    EXPECT_EQ(table.rows.front()[0], 10);
    for (const std::size_t column : {6, 7, 8})
        EXPECT_EQ(table.rows.front()[column], snapshot->lanes[1].history.value(10, channels[0]));
    EXPECT_EQ(table.rows.front()[5], 1);
}

}  // namespace
}  // namespace muonscope::gui
