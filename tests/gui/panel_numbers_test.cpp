// The panels that work something out themselves: what they show is what a few lines of Eigen say.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "app/gui/conditioning_now.h"
#include "app/gui/frame.h"
#include "app/gui/frame_pacer.h"
#include "app/gui/lab.h"
#include "app/gui/paper_runs.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/preferences.h"
#include "app/gui/random_sample.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/projection.h"
#include "core/measure/orthogonality.h"
#include "core/model/chain.h"
#include "core/optim/schedule.h"
#include "core/random/generator.h"
#include "core/session/session.h"
#include "core/theory/edelman.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/jacobi_svd.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

class Shown {
  public:
    Shown(std::shared_ptr<const Snapshot> snapshot, const char* panel, ImVec2 size = {1300, 800})
        : harness(size), panel_(panel_by_slug(panel)), snapshot_(std::move(snapshot)) {
        harness.show(snapshot_);
    }
    void frames(int count) {
        for (int i = 0; i < count; ++i) harness.panel_frame(panel_);
    }
    Drawing look() {
        frames(30);
        return drawing();
    }
    template <class Condition>
    Drawing look_when(Condition condition) {
        for (int i = 0; i < 3000 && !condition(); ++i) {
            frames(1);
            harness.work(0.01);
        }
        EXPECT_TRUE(condition());
        return look();
    }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        return look();
    }
    Theme theme() const { return theme_for(harness.preferences, 1); }

    Harness harness;

  private:
    const Panel& panel_;
    std::shared_ptr<const Snapshot> snapshot_;
};

std::vector<std::string> cells(const Drawing& drawing, const std::string& name) {
    const auto word = drawing.word(name);
    if (!word) return {};
    std::vector<Word> line = drawing.line_of(*word);
    std::sort(line.begin(), line.end(),
              [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
    std::vector<std::string> texts;
    for (const Word& cell : line)
        if (cell.min.x > word->min.x) texts.push_back(cell.text);
    return texts;
}

double condition(const Matrix& matrix) {
    const Vector s = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
    return s(0) / s(s.size() - 1);
}

// ---- conditioning ----

TEST(PanelNumbers, conditioning_tells_what_stands_below_a_layer_from_what_stands_above) {
    Spec spec = preset("two-ways-up");
    set(spec, "network.width", "5");
    set(spec, "target.modes", "5");
    const auto snapshot = trained(spec, 25);
    Shown shown(snapshot, "conditioning");
    const Drawing drawing =
        shown.look_when([&] { return shown.harness.kept<ConditioningNow>().has(0); });
    const std::vector<Matrix>& w = *snapshot->lanes[0].weights;
    const auto expect_near = [](const std::string& text, double expected) {
        EXPECT_NEAR(std::stod(text), expected, 6e-3 * expected) << text;
    };
    // Layers stand in the table; the curves' list says "product" too.
    for (int layer = 1; layer <= 3; ++layer) {
        const auto rows = drawing.all("layer " + std::to_string(layer));
        ASSERT_FALSE(rows.empty());
        std::vector<Word> line = drawing.line_of(rows.front());
        std::erase_if(line, [&](const Word& cell) { return cell.min.x < rows.front().min.x; });
        std::sort(line.begin(), line.end(),
                  [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
        ASSERT_GE(line.size(), 4u) << drawing.text();
        Matrix below = Matrix::Identity(5, 5), above = Matrix::Identity(5, 5);
        for (int l = 1; l < layer; ++l) below = w[l - 1] * below;
        for (int l = 3; l > layer; --l) above = above * w[l - 1];
        expect_near(line[0].text, condition(w[layer - 1]));
        expect_near(line[1].text, condition(below));
        expect_near(line[2].text, condition(above));
        expect_near(line[3].text, condition(below) * condition(above));
    }
}

TEST(PanelNumbers, the_error_left_after_a_step_is_the_root_of_the_loss_left) {
    const auto snapshot = trained(preset("conditioning"), 40);
    Shown shown(snapshot, "conditioning");
    const Drawing drawing =
        shown.look_when([&] { return shown.harness.kept<ConditioningNow>().has(0); });
    const HistoryView& history = snapshot->lanes[0].history;
    const std::size_t last = history.size() - 1, loss = snapshot->layout.loss();
    const double left = std::sqrt(history.value(last, loss) / history.value(last - 1, loss));
    const auto measured = cells(drawing, "measured");
    ASSERT_FALSE(measured.empty());
    EXPECT_NEAR(std::stod(measured.front()), left, 1e-5);
    const auto predicted = cells(drawing, "predicted");
    ASSERT_FALSE(predicted.empty());
    EXPECT_NEAR(std::stod(predicted.front()), 99.0 / 101, 1e-5);
}

TEST(PanelNumbers, series_have_their_own_colours_and_read_outs) {
    Spec spec = preset("conditioning");
    const auto snapshot = trained(spec, 60);
    Shown shown(snapshot, "conditioning");
    const Drawing before =
        shown.look_when([&] { return shown.harness.kept<ConditioningNow>().has(0); });
    // The upper plot: κ of the product over steps.
    const auto heading = before.word("κ of");
    ASSERT_TRUE(heading);
    const float left = heading->min.x, top = heading->max.y;
    std::vector<Word> steps;
    for (const Word& word : before.all("step")) steps.push_back(word);
    ASSERT_EQ(steps.size(), 2u) << before.text();
    const float bottom = std::min(steps[0].min.y, steps[1].min.y);
    const Scale x = Scale::across(before, {left + 20, bottom - 24}, {1300, bottom});
    const Scale y = Scale::up(before, {left - 4, top}, {left + 70, bottom - 20});
    ASSERT_GE(x.labels(), 2) << before.text();
    ASSERT_GE(y.labels(), 2) << before.text();
    const Layout& layout = snapshot->layout;
    for (std::size_t l = 0; l < 3; ++l) {
        const HistoryView& history = snapshot->lanes[l].history;
        for (std::size_t i = 4; i < history.size(); i += 7) {
            const double kappa = history.value(i, layout.product_sv(0)) /
                                 history.value(i, layout.product_sv(layout.product_rank() - 1));
            EXPECT_LE(
                before.distance(u32(shown.theme().lane(static_cast<int>(l))),
                                {x.pixel(static_cast<double>(history.step(i))), y.pixel(kappa)}),
                5)
                << "lane " << l << " step " << history.step(i);
        }
    }
    // A little left of a step is that step, not the one after.
    const Drawing hovered = shown.look_with_mouse_at({x.pixel(29.9), (top + bottom) / 2});
    EXPECT_EQ(hovered.starting("step 30").size(), 1u) << hovered.text();
    const Drawing after = shown.look_with_mouse_at({x.pixel(30.25), (top + bottom) / 2});
    EXPECT_EQ(after.starting("step 30").size(), 1u) << after.text();
}

TEST(PanelNumbers, the_problem_of_one_layer_of_two_is_as_stretched_as_the_other_layer) {
    const auto snapshot = trained(preset("conditioning"), 60);
    Shown shown(snapshot, "conditioning");
    shown.look_when([&] { return shown.harness.kept<ConditioningNow>().has(0); });
    shown.harness.kept<ConditioningNow>().source = 3;  // J of layer 1: layer 2, which stands still
    const Drawing drawing = shown.look();
    const auto heading = drawing.word("κ of");
    ASSERT_TRUE(heading);
    const float left = heading->min.x, top = heading->max.y;
    const auto steps = drawing.all("step");
    ASSERT_EQ(steps.size(), 2u);
    const float bottom = std::min(steps[0].min.y, steps[1].min.y);
    const Scale x = Scale::across(drawing, {left + 20, bottom - 24}, {1300, bottom});
    // κ of layer 1 itself moves; a level line at 10 does not.
    float low = 1e9F, high = -1e9F;
    for (const Shape& shape : drawing.of_colour(u32(shown.theme().lane(0))))
        if (shape.min.x > x.pixel(2) && shape.max.x < x.pixel(61) && shape.min.y > top &&
            shape.max.y < bottom - 20) {
            low = std::min(low, shape.min.y);
            high = std::max(high, shape.max.y);
        }
    EXPECT_LT(high - low, 8);
}

TEST(PanelNumbers, going_back_takes_the_curve_of_a_layers_problem_along) {
    Harness harness;
    Trainer& trainer = harness.train(preset("two-ways-up"));
    harness.frames(4);
    ImGui::SetWindowFocus("Conditioning");
    const auto at = [&](std::int64_t step) {
        trainer.send(RunTo{step});
        harness.now();
        harness.frames_until([&] {
            const ConditioningNow& now = harness.kept<ConditioningNow>();
            return now.has(0) && now.lanes[0].trace.samples().back().step == step;
        });
    };
    for (const std::int64_t step : {5, 9, 14, 7}) at(step);
    const auto& trace = harness.kept<ConditioningNow>().lanes[0].trace.samples();
    for (std::size_t i = 1; i < trace.size(); ++i) EXPECT_LT(trace[i - 1].step, trace[i].step);
    EXPECT_EQ(trace.back().step, 7);
}

// ---- representations ----

TEST(PanelNumbers, points_are_projected_on_the_plane_of_the_two_leading_directions) {
    Spec spec = preset("two-ways-up");
    set(spec, "network.width", "7");
    set(spec, "target.modes", "4");
    for (const char* activation : {"linear", "tanh"}) {
        set(spec, "network.activation", activation);
        const auto snapshot = trained(spec, 30);
        const Problem& problem = *snapshot->problem;
        const std::vector<Matrix>& w = *snapshot->lanes[1].weights;
        const auto states = layer_points(problem, w, problem.points);
        const auto frames = target_frames(problem, w, 0);
        ASSERT_EQ(states.size(), 3u);
        ASSERT_EQ(frames.size(), 3u);
        Matrix state = problem.points, pair = problem.target_svd.v.leftCols(2);
        for (std::size_t l = 0; l < 3; ++l) {
            state = w[l] * state;
            pair = w[l] * pair;
            if (l < 2 && std::string_view(activation) == "tanh")
                state = state.array().tanh().matrix();
            // Gram and Schmidt, whose first direction is the image of v1 itself.
            Matrix plane(7, 2);
            plane.col(0) = pair.col(0).normalized();
            plane.col(1) =
                (pair.col(1) - plane.col(0) * plane.col(0).dot(pair.col(1))).normalized();
            if (l == 2) plane = problem.target_svd.u.leftCols(2);
            const Matrix at = in_frame(frames[l], states[l]);
            EXPECT_LT((at.topRows(2) - plane.transpose() * state).norm(), 1e-9)
                << activation << ", layer " << l + 1;
        }
    }
}

// ---- random matrices ----

TEST(PanelNumbers, drawn_matrices_obey_the_laws_that_stand_beside_them) {
    Shown shown(trained(preset("two-ways-up"), 3), "random-matrices");
    shown.frames(2);
    RandomSample& sample = shown.harness.kept<RandomSample>();
    sample.n = 16;
    sample.wanted = 3000;
    const Drawing drawing = shown.look_when([&] {
        return sample.summary.drawn >= 3000 && !sample.drawing() && sample.summary_n == 16;
    });
    const auto smallest = cells(drawing, "median of √n·sₙ");
    ASSERT_EQ(smallest.size(), 2u) << drawing.text();
    EXPECT_NEAR(std::stod(smallest[0]), edelman_smallest_quantile(0.5), 0.06);
    EXPECT_NEAR(std::stod(smallest[1]), edelman_smallest_quantile(0.5), 5e-3);
    const auto condition_row = cells(drawing, "median of κ/n");
    ASSERT_EQ(condition_row.size(), 2u);
    EXPECT_NEAR(std::stod(condition_row[0]), std::stod(condition_row[1]), 0.5);
    // Densities: whatever the bins are, they hold everything and are as high as the law.
    for (const DrawnLaw* law :
         {&sample.summary.condition, &sample.summary.smallest, &sample.summary.smallest_square}) {
        const Histogram& h = law->histogram;
        const double width = (h.to - h.from) / static_cast<double>(h.shares.size());
        double area = 0;
        for (std::size_t bin = 0; bin < h.shares.size(); ++bin) area += h.density(bin) * width;
        EXPECT_GT(area, 0.97);
        EXPECT_LT(area, 1 + 1e-9);
    }
    // The bars of the condition number stand about as high as the law's curve: on the axis of
    // shares per decade its highest point is that of x ln 10 times the density.
    double top = 0;
    for (double x = 0.3; x < 100; x *= 1.02)
        top = std::max(top, edelman_condition_density(x) * x * std::log(10.0));
    const auto words = drawing.word("share per decade");
    ASSERT_TRUE(words);
    const Scale y = Scale::up(drawing, {words->min.x - 10, words->max.y}, {words->min.x + 50, 780});
    ASSERT_GE(y.labels(), 2) << drawing.text();
    float curve = 1e9F, bars = 1e9F;
    for (const Shape& shape : drawing.shapes) {
        if (shape.min.x < words->min.x || shape.max.x > words->min.x + 480 ||
            shape.min.y < words->max.y)
            continue;
        const ImU32 plain = shape.colour & 0xffffff;
        if (plain == (u32(shown.theme().text) & 0xffffff) && shape.corners.size() > 50)
            curve = std::min(curve, shape.min.y);
        if (plain == (u32(shown.theme().lane(0)) & 0xffffff) && shape.corners.size() == 4 &&
            shape.max.x - shape.min.x < 20 && shape.max.y - shape.min.y < 700)
            bars = std::min(bars, shape.min.y);
    }
    EXPECT_NEAR(y.value(curve), top, 0.08 * top);
    EXPECT_NEAR(y.value(bars), top, 0.3 * top);
}

TEST(PanelNumbers, the_read_out_of_a_bar_gives_its_share_and_the_laws) {
    Shown shown(trained(preset("two-ways-up"), 3), "random-matrices");
    shown.frames(2);
    RandomSample& sample = shown.harness.kept<RandomSample>();
    sample.n = 8;
    sample.wanted = 500;
    const Drawing before = shown.look_when(
        [&] { return sample.summary.drawn >= 500 && !sample.drawing() && sample.summary_n == 8; });
    const auto words = before.word("share per decade");
    ASSERT_TRUE(words);
    const Drawing drawing = shown.look_with_mouse_at({words->min.x + 200, 500});
    const auto titles = drawing.starting("κ/n from ");
    ASSERT_EQ(titles.size(), 1u) << drawing.text();
    const std::string text = titles.front().text;
    const std::size_t to = text.find(" to ");
    const double from = std::stod(text.substr(std::string("κ/n from ").size()));
    const double until = std::stod(text.substr(to + 4));
    bool found = false;
    for (const Word& word : drawing.all("law"))
        for (const Word& cell : drawing.line_of(word))
            if (cell.text.ends_with(" %") && cell.min.x > word.min.x)
                found = found ||
                        std::abs(std::stod(cell.text) - 100 * (edelman_condition_law(until) -
                                                               edelman_condition_law(from))) < 0.15;
    EXPECT_TRUE(found) << drawing.text();
}

// ---- the bench ----

TEST(PanelNumbers, the_bench_reports_what_each_engine_made_of_the_layers_gradient) {
    const auto snapshot = trained(preset("two-ways-up"), 12);
    for (const int layer : {1, 3}) {
        Shown shown(snapshot, "orthogonaliser-lab");
        shown.harness.chosen<LabChoices>().view = 1;
        shown.frames(3);
        Lab& bench = shown.harness.kept<Lab>();
        bench.wish.layer = layer;
        const Drawing drawing = shown.look_when([&] {
            return !bench.work.busy() && bench.outcome.wish.layer == layer &&
                   bench.outcome.engines.size() == 4;
        });
        auto backpropagation = backpropagation_of(snapshot->problem);
        backpropagation->gradients(*snapshot->lanes[0].weights, {layer});
        const Matrix gradient = backpropagation->gradient(layer);
        EXPECT_NEAR(bench.outcome.norm, gradient.norm(), 1e-12);
        for (const Engine engine :
             {Engine::jordan, Engine::polar_express, Engine::cubic, Engine::svd}) {
            OrthogonaliserSpec spec;
            spec.engine = engine;
            spec.precision = Precision::float64;
            const EngineReport expected = report(spec, gradient);
            const auto rows = drawing.all(std::string(label(engine)));
            // In the list of engines and in the table, further right.
            ASSERT_GE(rows.size(), 2u) << drawing.text();
            const Word& row =
                *std::max_element(rows.begin(), rows.end(),
                                  [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
            std::vector<Word> line = drawing.line_of(row);
            std::erase_if(line, [&](const Word& cell) { return cell.min.x < row.min.x; });
            std::sort(line.begin(), line.end(),
                      [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
            ASSERT_GE(line.size(), 5u);
            EXPECT_NEAR(std::stod(line[1].text), expected.least, 1e-3) << label(engine);
            EXPECT_NEAR(std::stod(line[2].text), expected.largest, 1e-3) << label(engine);
            EXPECT_NEAR(std::stod(line[3].text), expected.cosine_to_polar, 1e-3) << label(engine);
            EXPECT_NEAR(std::stod(line[4].text), expected.cosine_to_gradient, 1e-3)
                << label(engine);
        }
    }
}

TEST(PanelNumbers, random_matrices_of_the_bench_have_the_spectra_asked_for) {
    Shown shown(trained(preset("two-ways-up"), 1), "orthogonaliser-lab");
    shown.frames(3);
    Lab& bench = shown.harness.kept<Lab>();
    bench.wish.source = LabSource::random;
    bench.wish.rows = 9;
    bench.wish.cols = 6;
    bench.wish.decay = 0.7;
    bench.wish.exponent = 1.5;
    for (const RandomSpectrum spectrum : {RandomSpectrum::exponential, RandomSpectrum::power_law}) {
        bench.wish.spectrum = spectrum;
        shown.look_when([&] {
            return !bench.work.busy() && bench.outcome.wish.spectrum == spectrum &&
                   bench.outcome.wish.source == LabSource::random && !bench.outcome.shares.empty();
        });
        ASSERT_EQ(bench.outcome.shares.size(), 6u);
        for (int k = 0; k < 6; ++k) {
            const double expected =
                spectrum == RandomSpectrum::exponential ? std::pow(0.7, k) : std::pow(k + 1, -1.5);
            const std::size_t at = k;
            EXPECT_NEAR(bench.outcome.shares[at] / bench.outcome.shares[0], expected, 1e-12);
        }
    }
}

// The slope at zero is the product of the first coefficients: below 1 over it a value is left
// small.
TEST(PanelNumbers, the_read_out_of_the_bench_counts_the_values_below_one_over_the_slope) {
    Shown shown(trained(preset("two-ways-up"), 1), "orthogonaliser-lab");
    shown.harness.chosen<LabChoices>().view = 0;
    shown.frames(3);
    Lab& bench = shown.harness.kept<Lab>();
    bench.wish.source = LabSource::random;
    bench.wish.rows = 9;
    bench.wish.cols = 6;
    bench.wish.spectrum = RandomSpectrum::exponential;
    bench.wish.decay = 0.25;
    const Drawing before = shown.look_when([&] {
        return !bench.work.busy() && bench.outcome.wish == bench.wish &&
               bench.outcome.shares.size() == 6;
    });
    const auto axis = before.word("x = s/‖G‖");
    ASSERT_TRUE(axis);
    const Drawing drawing = shown.look_with_mouse_at({axis->middle().x, 400});
    double square = 0;
    for (int k = 0; k < 6; ++k) square += std::pow(0.0625, k);
    for (const auto& [engine, first] : {std::pair{Engine::jordan, 3.4445}, {Engine::cubic, 1.5}}) {
        const double slope = std::pow(first, 5);
        int below = 0;
        for (int k = 0; k < 6; ++k)
            below += std::pow(0.25, k) / std::sqrt(square) < 1 / slope ? 1 : 0;
        ASSERT_NE(below, 3);
        bool found = false;
        for (const Word& name : drawing.all(std::string(label(engine))))
            for (const Word& cell : drawing.line_of(name))
                if (cell.text.ends_with(" below 1/slope"))
                    found = found || cell.text.ends_with("   " + std::to_string(below) +
                                                         " of 6 below 1/slope");
        EXPECT_TRUE(found) << label(engine) << " " << below << "\n" << drawing.text();
    }
}

// ---- the planner and the results ----

SweepSeed seed_with(std::uint64_t shift, double sgd, double muon) {
    SweepSeed seed{shift};
    for (auto& arms : seed.arms) {
        arms[0] = {600, 0.03, sgd};
        arms[1] = {600, 0.05, muon};
    }
    return seed;
}

TEST(PanelNumbers, a_seed_that_muon_wins_has_muons_colour_and_points_up) {
    Shown shown(trained(preset("staged"), 10), "staged-planner");
    shown.frames(3);
    shown.harness.kept<PaperRuns>().seeds = {seed_with(0, 13436, 13321), seed_with(1, 9000, 9080),
                                             seed_with(2, 7000, 6800)};
    const Drawing drawing = shown.look();
    const auto title = drawing.word("steps of phase 2 that Muon saves, a stem a seed");
    ASSERT_TRUE(title);
    const Scale y = Scale::up(drawing, {0, title->max.y}, {title->min.x, 780});
    ASSERT_GE(y.labels(), 2) << drawing.text();
    for (const auto& [lane, values] :
         {std::pair{1, std::vector<double>{115, 200}}, {0, std::vector<double>{-80}}}) {
        std::vector<double> found;
        for (const Shape& shape : drawing.of_colour(u32(shown.theme().lane(lane))))
            if (shape.min.y > title->max.y && shape.corners.size() == 4)
                found.push_back(lane == 1 ? y.value(shape.min.y) : y.value(shape.max.y));
        ASSERT_EQ(found.size(), values.size()) << "lane " << lane;
        for (std::size_t i = 0; i < found.size(); ++i)
            EXPECT_NEAR(found[i], values[i], 4) << "lane " << lane;
    }
    const std::string markdown =
        sweep_markdown(shown.harness.kept<PaperRuns>().seeds, Budget::fixed);
    EXPECT_NE(markdown.find("| 13436 | 13321 | +115 |"), std::string::npos) << markdown;
}

TEST(PanelNumbers, figures_as_published_are_green_and_others_red) {
    Shown shown(trained(preset("two-ways-up"), 1), "results");
    shown.frames(3);
    PaperRuns& runs = shown.harness.kept<PaperRuns>();
    PaperRuns::Kept& kept = runs.kept[runs.experiments.front().name];
    kept.progress.name = runs.experiments.front().name;
    kept.progress.share = 1;
    const Figure figure{"x/y", "a quantity", 1.25, "{:.2f}"};
    kept.progress.figures = {{figure, 1.25, Verdict::exact, 0}, {figure, 1.5, Verdict::failed, 0}};
    const Drawing drawing = shown.look();
    const auto colour_of = [&](std::string_view ending) {
        for (const Word& word : drawing.words)
            if (word.text.ends_with(ending)) return word.colour;
        return ImU32{0};
    };
    EXPECT_EQ(colour_of("exact as printed"), u32(shown.theme().good)) << drawing.text();
    EXPECT_EQ(colour_of("FAILED"), u32(shown.theme().bad));
}

// ---- small things ----

TEST(PanelNumbers, a_layers_distance_from_its_target_is_a_share_of_the_target) {
    const auto snapshot = trained(preset("staged"), 20);
    Shown shown(snapshot, "trade-off", {900, 700});
    const Drawing drawing = shown.look();
    std::vector<std::string> expected;
    for (const LaneSnapshot& lane : snapshot->lanes) {
        const Matrix& target = snapshot->problem->layer_targets[0];
        expected.push_back(plots::value_text(((*lane.weights)[0] - target).norm() / target.norm()));
    }
    EXPECT_EQ(cells(drawing, "layer 1 from its target"), expected);
}

TEST(PanelNumbers, a_card_speaks_of_the_phase_that_is_under_way) {
    Spec spec = preset("two-ways-up");
    for (Recipe& recipe : spec.lanes) {
        recipe.phases.resize(2, recipe.phases.front());
        recipe.phases[0].until.steps = 20;
        recipe.phases[0].optimizer.lr = 0.0111;
        recipe.phases[1].optimizer.lr = 0.0222;
    }
    for (const std::int64_t step : {10, 30}) {
        Harness harness({1600, 1800});
        harness.show(trained(spec, step));
        harness.frames(12);
        const Drawing all = drawing();
        EXPECT_EQ(all.all("0.0111").size(), step < 20 ? 2u : 0u) << all.text();
        EXPECT_EQ(all.all("0.0222").size(), step < 20 ? 0u : 2u);
    }
}

TEST(PanelNumbers, the_knob_of_the_speed_stands_where_it_was_put) {
    Harness harness;
    auto snapshot = trained(preset("two-ways-up"), 3);
    harness.show(snapshot);
    harness.frames(6);
    ImGuiWindow* bar = harness.window("##transport");
    const ImVec2 at = harness.find(bar, bar->GetID("##speed"));
    for (const float across : {40.0F, 75.0F, 110.0F}) {
        harness.sent.clear();
        harness.click({at.x + across, at.y});
        ASSERT_FALSE(harness.sent.empty());
        const auto* speed = std::get_if<SetSpeed>(&harness.sent.back());
        ASSERT_NE(speed, nullptr);
        auto moved = std::make_shared<Snapshot>(*snapshot);
        moved->wanted_speed = speed->steps_per_second;
        harness.show(moved);
        harness.frames(40);
        const Drawing drawn = drawing().in("##transport");
        bool knob = false;
        const ImU32 accent = u32(theme_for(harness.preferences, 1).accent);
        for (const Word& word : drawn.words)
            knob = knob || (word.colour == accent && std::abs(word.middle().x - at.x - across) < 6);
        for (const Shape& shape : drawn.of_colour(accent))
            knob = knob || (shape.max.x - shape.min.x < 20 &&
                            std::abs(shape.middle().x - at.x - across) < 6);
        EXPECT_TRUE(knob) << across << ": " << speed->steps_per_second;
    }
}

TEST(PanelNumbers, a_session_saved_again_at_the_same_step_gets_a_name_of_its_own) {
    Harness harness;
    harness.show(trained(preset("two-ways-up"), 3));
    ScratchFolder folder;
    harness.view.folders[".json"] = folder.path();
    harness.frames(2);
    std::set<std::string> names;
    for (int i = 0; i < 3; ++i) {
        harness.press(ImGuiKey_S, ImGuiMod_Ctrl);
        ASSERT_FALSE(harness.saved_to.empty());
        EXPECT_TRUE(names.insert(harness.saved_to).second) << harness.saved_to;
        std::ofstream(harness.saved_to) << "{}";
        harness.frames(4);
    }
    EXPECT_EQ(harness.saved, 3);
}

TEST(PanelNumbers, every_preference_comes_back_and_no_other_with_it) {
    Preferences plain;
    const std::string defaults = to_json(plain);
    const std::size_t count = all_remembered(plain).size();
    for (std::size_t i = 0; i < count; ++i) {  // each alone
        Preferences changed;
        const Remembered one = all_remembered(changed)[i];
        if (bool* const* on = std::get_if<bool*>(&one.at)) **on = !**on;
        if (int* const* whole = std::get_if<int*>(&one.at))
            **whole = **whole == static_cast<int>(one.high) ? **whole - 1 : **whole + 1;
        if (double* const* real = std::get_if<double*>(&one.at))
            **real = **real == one.high ? one.low : one.high;
        if (auto* const* list = std::get_if<std::vector<std::string>*>(&one.at))
            (*list)->push_back("another");
        const std::string text = to_json(changed);
        EXPECT_NE(text, defaults) << one.name;
        Preferences back = preferences_from_json(text);
        EXPECT_EQ(to_json(back), text) << one.name;
        for (std::size_t j = 0; j < count; ++j)
            std::visit(
                [&](const auto* was) {
                    using T = std::remove_const_t<std::remove_pointer_t<decltype(was)>>;
                    EXPECT_EQ(*std::get<T*>(all_remembered(back)[j].at) == *was, i != j)
                        << one.name << ", " << all_remembered(plain)[j].name;
                },
                all_remembered(plain)[j].at);
    }
}

// Files that were written before still say what they said.
TEST(PanelNumbers, preferences_have_the_names_they_always_had) {
    Preferences read = preferences_from_json(R"({
        "dark": false, "presentation": true, "user_scale": 1.25,
        "sv_source": 2, "sv_heatmap": true, "sv_log": true, "sv_target_basis": true,
        "sv_levels": false, "loss_log": false, "probe_log": false, "measures_source": 3,
        "trade_off_layer": 1, "trade_off_from_start": true, "weight_norms_layer": 2,
        "show_ghost": false, "lab_view": 1, "lab_focus": 4, "lab_qr": true, "lab_jordan": false})");
    EXPECT_FALSE(read.dark);
    EXPECT_TRUE(read.presentation);
    EXPECT_EQ(read.user_scale, 1.25);
    for (const char* on :
         {"sv_heatmap", "sv_log", "sv_target_basis", "trade_off_from_start", "lab_qr"})
        EXPECT_TRUE(switch_of(read, on)) << on;
    for (const char* off : {"sv_levels", "loss_log", "probe_log", "show_ghost", "lab_jordan"})
        EXPECT_FALSE(switch_of(read, off)) << off;
    for (const auto& [name, value] : {std::pair{"sv_source", 2},
                                      {"measures_source", 3},
                                      {"trade_off_layer", 1},
                                      {"weight_norms_layer", 2},
                                      {"lab_view", 1},
                                      {"lab_focus", 4}})
        EXPECT_EQ(number_of(read, name), value) << name;
}

TEST(PanelNumbers, the_frame_time_shown_is_of_the_newest_second) {
    FrameTimes times;
    for (int i = 0; i < 100; ++i) times.add(0.02 * i, 1, 100);  // slow for two seconds
    for (int i = 0; i < 100; ++i) times.add(2 + 0.02 * i, 1, 4);
    EXPECT_NEAR(times.mean_of_newest_second(4), 4, 1e-9);
}

TEST(GraphAxes, what_the_mouse_reads_is_what_was_drawn_there) {
    plots::Axes graph;
    graph.position = {100, 50};
    graph.extent = {400, 300};
    for (const bool x_log : {false, true})
        for (const bool y_log : {false, true}) {
            graph.x = plots::Axis::between(0.01, 100, {x_log});
            graph.y = plots::Axis::between(0.5, 32, {y_log});
            EXPECT_NEAR(graph.pixel_x(0.01), 100, 1e-3);
            EXPECT_NEAR(graph.pixel_x(100), 500, 1e-3);
            EXPECT_NEAR(graph.pixel_y(0.5), 350, 1e-3);
            EXPECT_NEAR(graph.pixel_y(32), 50, 1e-3);
            EXPECT_NEAR(graph.pixel_x(1), x_log ? 300 : 100 + 400 * 0.99 / 99.99, 1e-2);
            EXPECT_NEAR(graph.pixel_y(4), y_log ? 200 : 350 - 300 * 3.5 / 31.5, 1e-2);
            for (const double share : {0.1, 0.35, 0.8}) {
                const float x = static_cast<float>(100 + 400 * share);
                const float y = static_cast<float>(50 + 300 * share);
                EXPECT_NEAR(graph.pixel_x(graph.value_x(x)), x, 0.01);
                EXPECT_NEAR(graph.pixel_y(graph.value_y(y)), y, 0.01);
            }
        }
}

}  // namespace
}  // namespace muonscope::gui
