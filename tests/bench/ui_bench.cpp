// How long a frame takes to build, and to draw without a graphics card. Run the second with
// LP_NUM_THREADS=1 to give the rasteriser one thread beside this one, 0 to give it none.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "app/gui/frame.h"
#include "app/gui/imgui_session.h"
#include "app/gui/theme.h"
#include "app/gui/window.h"
#include "app/render/renderer.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "imgui.h"
#include "tests/gui/choices.h"

namespace {

using namespace muonscope;
using namespace muonscope::gui;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// Two lanes, three layers, 64 modes, and histories as full as they get. Curves rise and then
// rattle about their levels, as Muon's do: nothing that a smooth curve would spare is spared.
class FullRun {
  public:
    FullRun() {
        Spec spec = preset("two-ways-up");
        spec.experiment.network.width = 64;
        WorkerPool pool(1);
        Session session(spec);
        session.advance_to(2, pool);
        snapshot_ = session.snapshot();
        const std::size_t channels = snapshot_->layout.channels();
        for (std::size_t l = 0; l < snapshot_->lanes.size(); ++l) {
            histories_.emplace_back(channels, 4096, SamplingRule{4096, 1});
            for (std::int64_t step = 0; step < 4094; ++step) append(l, step);
            snapshot_->lanes[l].history = histories_[l].view();
        }
        snapshot_->step = 4093;
        snapshot_->state = TrainerState::running;
    }
    // A sample more, until the history thins itself out and goes on.
    const Snapshot& next() {
        ++snapshot_->step;
        for (std::size_t l = 0; l < histories_.size(); ++l) {
            if (histories_[l].due(snapshot_->step)) append(l, snapshot_->step);
            snapshot_->lanes[l].history = histories_[l].view();
        }
        return *snapshot_;
    }
    const Snapshot& snapshot() const { return *snapshot_; }

  private:
    void append(std::size_t lane, std::int64_t step) {
        std::vector<double> row(snapshot_->layout.channels());
        for (std::size_t c = 0; c < row.size(); ++c) {
            const double level = 4 * std::pow(0.95, static_cast<double>(c % 64));
            const double rise =
                1 - std::exp(-static_cast<double>(step) / static_cast<double>(100 + 20 * (c % 64)));
            row[c] = level * rise * (1 + 0.05 * normal_(random_)) + 1e-6;
        }
        histories_[lane].append(step, row);
    }
    std::mt19937 random_{1};
    std::normal_distribution<double> normal_;
    std::shared_ptr<Snapshot> snapshot_;
    std::vector<History> histories_;
};

struct View {
    Workplace workplace{1};
    Preferences preferences;
    ViewState view;
    Theme theme = theme_for(preferences, 1);
    void draw(const ImGuiSession& session, const Snapshot* snapshot, Renderer* renderer) {
        PanelContext context{.snapshot = snapshot,
                             .preferences = preferences,
                             .view = view,
                             .theme = theme,
                             .fonts = session.fonts(),
                             .send = [](const Command&) { return std::uint64_t{0}; },
                             .workplace = workplace,
                             .renderer = renderer};
        view.weights_shown = view.moves_shown = false;
        draw_frame(context);
        ImGui::Render();
    }
};

void build_a_frame(benchmark::State& state) {
    FullRun run;
    ImGuiSession session;
    const std::unique_ptr<Renderer> renderer = null_renderer(1);  // as if all images were drawn
    View view;
    apply_theme(view.theme);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {1600, 900};
    io.DeltaTime = 1.0F / 60;
    switch_of(view.preferences, "sv_heatmap") = state.range(0) == 1;
    switch_of(view.preferences, "sv_log") = state.range(0) == 2;
    const auto frame = [&](const Snapshot& snapshot) {
        ImGui::NewFrame();
        view.draw(session, &snapshot, renderer.get());
        renderer->draw(1, 1, {});
    };
    for (int i = 0; i < 20; ++i) frame(run.next());
    std::vector<double> times;
    for (auto _ : state) {
        const Snapshot& snapshot = run.next();
        const auto start = Clock::now();
        frame(snapshot);
        times.push_back(milliseconds(Clock::now() - start));
    }
    state.counters["median_ms"] = quantile(times, 0.5);
    state.counters["p99_ms"] = quantile(times, 0.99);
    state.counters["vertices"] = ImGui::GetDrawData()->TotalVtxCount;
}
BENCHMARK(build_a_frame)
    ->ArgName("view")  // 0 lines, 1 heatmap, 2 log
    ->Arg(0)
    ->Arg(1)
    ->Arg(2)
    ->Iterations(600)
    ->Unit(benchmark::kMillisecond);

// The whole frame, pixels included, against the same docked windows without a run to show: of a run
// that has stopped, or of one that trains as fast as it can in this process; with the panels that
// the program opens with, or with Maps in front and Representations in space.
void draw_a_frame(benchmark::State& state) {
    const bool beside = state.range(0) == 1, in_space = state.range(1) == 1;
    WorkerPool pool(1);
    Session training(preset("two-ways-up"));
    training.advance_to(4000, pool);
    const std::shared_ptr<Snapshot> run = training.snapshot();
    run->state = TrainerState::running;
    std::unique_ptr<Trainer> trainer;
    if (beside) {
        trainer = std::make_unique<Trainer>(preset("two-ways-up"));
        trainer->send(RunTo{4000});
        trainer->drain();
        trainer->send(SetSpeed{0});
        trainer->send(Start{});
        trainer->drain();
    }
    ImGuiSession session;
    Window window("bench", {1600, 900}, Window::Kind::offscreen);
    View full, empty;
    apply_theme(full.theme);
    if (in_space) number_of(full.preferences, "representations_view") = 1;
    const auto in_front = [&](const char* panel) {
        if (in_space) full.view.bring_forward = panel_by_slug(panel).title;
    };
    const auto frame = [&](View& view, const Snapshot* snapshot) {
        const auto start = Clock::now();
        window.begin_frame();
        view.draw(session, snapshot, &window.renderer());
        window.draw();
        benchmark::DoNotOptimize(window.pixels({}));  // waits for the rasteriser
        return milliseconds(Clock::now() - start);
    };
    for (int i = 0; i < 20; ++i) {
        if (i == 10) in_front("maps");  // there is a layout by then
        frame(full, run.get());
    }
    for (int i = 0; i < 20; ++i) frame(empty, nullptr);
    double vertices = 0;
    std::vector<double> with, without;
    for (auto _ : state) {
        // In turns, so that whatever else the machine does falls on both.
        const std::shared_ptr<const Snapshot> shown = trainer ? trainer->snapshot() : run;
        with.push_back(frame(full, shown.get()));
        if (trainer) {
            trainer->show_weights(full.view.weights_shown);
            trainer->show_moves(full.view.moves_shown);
        }
        vertices = ImGui::GetDrawData()->TotalVtxCount;
        without.push_back(frame(empty, nullptr));
    }
    state.counters["median_ms"] = quantile(with, 0.5);
    state.counters["empty_ms"] = quantile(without, 0.5);
    state.counters["ratio"] = quantile(with, 0.5) / quantile(without, 0.5);
    state.counters["frames_per_s"] = 1000 / quantile(with, 0.5);
    state.counters["vertices"] = vertices;
}
BENCHMARK(draw_a_frame)
    ->ArgNames({"training", "in_space"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->Iterations(60)
    ->Unit(benchmark::kMillisecond);

// One panel in a window of its own, of a run that stands.
class OnePanel {
  public:
    OnePanel(const char* preset_name, std::int64_t steps, int width, int height)
        : window_("bench", {width, height}, Window::Kind::offscreen) {
        WorkerPool pool(1);
        Session training(preset(preset_name));
        training.advance_to(steps, pool);
        run_ = training.snapshot();
        apply_theme(view.theme);
    }
    // Milliseconds; nothing stands in the window without a panel.
    double frame(const Panel* panel) {
        const auto start = Clock::now();
        window_.begin_frame();
        PanelContext context{.snapshot = run_.get(),
                             .preferences = view.preferences,
                             .view = view.view,
                             .theme = view.theme,
                             .fonts = session_.fonts(),
                             .send = [](const Command&) { return std::uint64_t{0}; },
                             .workplace = view.workplace,
                             .renderer = &window_.renderer()};
        if (panel != nullptr) draw_panel_alone(context, *panel);
        ImGui::Render();
        window_.draw();
        benchmark::DoNotOptimize(window_.pixels({}));  // waits for the rasteriser
        return milliseconds(Clock::now() - start);
    }

  private:
    ImGuiSession session_;
    Window window_;
    std::shared_ptr<Snapshot> run_;

  public:
    View view;  // goes first: textures in it belong to the window
};

// A panel's pictures in space alone, two lanes and three layers of width 32 as tall as in a window
// of 1600x900, and what its pictures cost: drawn anew in every frame, as while training, or left as
// they are.
void draw_in_space(benchmark::State& state, const char* slug, const char* turned) {
    const bool changes = state.range(0) == 1;
    OnePanel shown("two-ways-up", 60, 800, 420);
    const Panel& panel = panel_by_slug(slug);
    number_of(shown.view.preferences, "representations_view") = 1;
    double& around = choice<double>(shown.view.preferences, turned);
    for (int i = 0; i < 20; ++i) shown.frame(&panel);
    std::vector<double> times;
    for (auto _ : state) {
        if (changes) around += 0.01;
        times.push_back(shown.frame(&panel));
    }
    state.counters["median_ms"] = quantile(times, 0.5);
    state.counters["p99_ms"] = quantile(times, 0.99);
}
void draw_maps(benchmark::State& state) {
    draw_in_space(state, "maps", "maps_around");
}
void draw_representations(benchmark::State& state) {
    draw_in_space(state, "representations", "representations_around");
}
BENCHMARK(draw_maps)->ArgName("changes")->Arg(0)->Arg(1)->Iterations(100)->Unit(
    benchmark::kMillisecond);
BENCHMARK(draw_representations)
    ->ArgName("changes")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(100)
    ->Unit(benchmark::kMillisecond);

// Each panel alone, 900 x 600 pixels, of a run that stands, with what it works out at rest: what a
// frame of it takes, beside the same window with nothing in it.
void draw_a_panel(benchmark::State& state) {
    const Panel& panel = panels()[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(panel_slug(panel));
    const PresetPage* page = preset_page("conditioning");
    OnePanel shown(page->panel == panel_slug(panel) ? "conditioning" : "two-ways-up", 400, 900,
                   600);
    for (int i = 0; i < 300; ++i) {
        shown.view.view.working = false;
        shown.frame(&panel);
        shown.view.workplace.work(0.02);
        if (i > 20 && !shown.view.view.working) break;
    }
    std::vector<double> with, without;
    for (auto _ : state) {
        with.push_back(shown.frame(&panel));
        without.push_back(shown.frame(nullptr));
    }
    state.counters["median_ms"] = quantile(with, 0.5);
    state.counters["p99_ms"] = quantile(with, 0.99);
    state.counters["empty_ms"] = quantile(without, 0.5);
}
BENCHMARK(draw_a_panel)
    ->ArgName("panel")
    ->DenseRange(0, static_cast<int>(panels().size()) - 1)
    ->Iterations(60)
    ->Unit(benchmark::kMillisecond);

}  // namespace
