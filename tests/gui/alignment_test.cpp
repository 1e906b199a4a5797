#include "app/gui/panels/alignment.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "core/theory/descent_forecast.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/small_run.h"
#include "tests/jacobi_svd.h"

namespace muonscope::gui {
namespace {

class Alignment : public testing::Test {
  protected:
    explicit Alignment(ImVec2 size = {1100, 640}) : harness(size) {}
    void show(std::shared_ptr<const Snapshot> snapshot, AlignmentView view) {
        number_of(harness.preferences, "alignment_view") = static_cast<int>(view);
        snapshot_ = std::move(snapshot);
        harness.show(snapshot_);
        settle();
    }
    void settle() {
        for (int i = 0; i < 200; ++i) {
            harness.panel_frame(panel);
            harness.work(0.01);
            if (i > 12 && !now().work.busy()) break;
        }
    }
    Drawing look() {
        for (int i = 0; i < 12; ++i) harness.panel_frame(panel);
        return drawing();
    }
    AlignmentNow& now() { return harness.kept<AlignmentNow>(); }
    const Snapshot& snapshot() { return *snapshot_; }
    const std::vector<Matrix>& weights(std::size_t lane) { return *snapshot_->lanes[lane].weights; }
    const Panel& panel = panel_by_slug("alignment");
    Harness harness;

  private:
    std::shared_ptr<const Snapshot> snapshot_;
};

// Up to signs, which nobody chose.
Matrix overlap_of(const Matrix& above, const Matrix& below) {
    const Eigen::JacobiSVD<Matrix> a(above, Eigen::ComputeThinV), b(below, Eigen::ComputeThinU);
    return (a.matrixV().transpose() * b.matrixU()).cwiseAbs();
}

// The colours of a square of n x n entries below its title, read back where they stand.
void expect_colours(const Drawing& drawing, const Word& title, const Matrix& values,
                    const std::function<ImVec4(double)>& colour) {
    // The rectangles of entries begin right below the title and are all of one size.
    const Shape* first = nullptr;
    for (const Shape& shape : drawing.shapes)
        if (shape.corners.size() == 4 && std::abs(shape.min.x - title.min.x) < 4 &&
            shape.min.y >= title.min.y && shape.min.y < title.max.y + 12 &&
            std::abs((shape.max.x - shape.min.x) - (shape.max.y - shape.min.y)) < 2 &&
            shape.max.x - shape.min.x > 8 && shape.max.x - shape.min.x < 90)
            first = &shape;
    ASSERT_NE(first, nullptr) << drawing.text();
    const float cell = first->max.x - first->min.x;
    for (Eigen::Index i = 0; i < values.rows(); ++i)
        for (Eigen::Index j = 0; j < values.cols(); ++j)
            EXPECT_LE(drawing.distance(u32(colour(values(i, j))),
                                       {first->min.x + cell * (static_cast<float>(j) + 0.5F),
                                        first->min.y + cell * (static_cast<float>(i) + 0.5F)}),
                      1.5F)
                << title.text << ", entry " << i + 1 << ", " << j + 1;
}

TEST_F(Alignment, of_neighbours_is_every_cosine_of_their_directions) {
    show(trained(narrow(), 40), AlignmentView::neighbours);
    const Drawing all = drawing();
    const Theme theme = theme_for(harness.preferences, 1);
    for (const std::size_t lane : {0U, 1U})
        for (const std::size_t pair : {0U, 1U}) {
            const Matrix expected = overlap_of(weights(lane)[pair + 1], weights(lane)[pair]);
            EXPECT_LT((now().lanes[lane].neighbours[pair] - expected).norm(), 1e-9);
            const auto title = all.word(
                fmt::format("{}: V{}ᵀ U{}", snapshot().lanes[lane].name, pair + 2, pair + 1));
            ASSERT_TRUE(title) << all.text();
            expect_colours(all, *title, now().lanes[lane].neighbours[pair],
                           [&](double value) { return theme.mapped(value); });
        }
    number_of(harness.preferences, "alignment_pair") = 2;
    EXPECT_TRUE(look().all("SGD: V2ᵀ U1").empty());
    EXPECT_EQ(look().all("SGD: V3ᵀ U2").size(), 1U);
}

TEST_F(Alignment, of_left_vectors_holds_the_product_against_the_target) {
    show(trained(narrow(), 40), AlignmentView::left_vectors);
    const Problem& problem = *snapshot().problem;
    for (const std::size_t lane : {0U, 1U}) {
        const Matrix product = problem.model->response(weights(lane));
        const Eigen::JacobiSVD<Matrix> svd(product, Eigen::ComputeThinU);
        const Matrix expected = (svd.matrixU().transpose() * problem.target_svd.u).cwiseAbs();
        EXPECT_LT((now().lanes[lane].left - expected).leftCols(5).topRows(3).norm(), 1e-7);
        // Beyond the target's modes its vectors are free to turn, and so are ours.
        EXPECT_NE(drawing().text().find("brackets: nearly equal σ"), std::string::npos);
    }
}

TEST_F(Alignment, of_layers_that_are_not_square_shows_all_of_each) {
    Spec spec = preset("rectangular");
    const auto snapshot_of = trained(spec, 20);
    show(snapshot_of, AlignmentView::target_basis);
    const auto& matrices = snapshot().problem->model->matrices();
    EXPECT_EQ(now().lanes[0].basis.rows(), matrices.back().rows);
    EXPECT_EQ(now().lanes[0].basis.cols(), matrices.front().cols);
    const Matrix product = snapshot().problem->model->response(weights(0));
    EXPECT_NEAR(now().lanes[0].basis.norm(), product.norm(), 1e-10);
    show(snapshot_of, AlignmentView::neighbours);
    for (std::size_t pair = 0; pair + 1 < matrices.size(); ++pair) {
        const Matrix& overlap = now().lanes[0].neighbours[pair];
        EXPECT_EQ(overlap.rows(), matrices[pair + 1].rank());
        EXPECT_EQ(overlap.cols(), matrices[pair].rank());
    }
}

TEST_F(Alignment, is_drawn_by_the_heatmap_a_texel_an_entry) {
    Spec spec = narrow();
    set(spec, "network.width", "40");
    show(trained(spec, 3), AlignmentView::target_basis);
    const Matrix& basis = now().lanes[1].basis;
    ASSERT_EQ(basis.rows(), 40);
    // The picture that holds Muon's values.
    bool found = false;
    for (const std::string& name : harness.renderer().names()) {
        const Picture* picture = harness.renderer().picture(name);
        if (picture == nullptr || picture->panes.empty() ||
            picture->panes[0].scene.heatmaps.empty())
            continue;
        const Heatmap& map = picture->panes[0].scene.heatmaps[0];
        if (map.rows != 40 || map.columns != 40) continue;
        bool same = true;
        for (int i = 0; i < 40; ++i)
            for (int j = 0; j < 40; ++j)
                same = same && map.values[static_cast<std::size_t>(40 * i + j)] ==
                                   static_cast<float>(basis(i, j));
        found = found || same;
        EXPECT_EQ(map.low, -map.high);
    }
    EXPECT_TRUE(found);
}

class NarrowAlignment : public Alignment {
  protected:
    NarrowAlignment() : Alignment({330, 200}) {}
};
TEST_F(NarrowAlignment, says_how_many_entries_a_dot_stands_for) {
    Spec spec = narrow();
    set(spec, "network.width", "200");
    show(trained(spec, 1), AlignmentView::target_basis);
    EXPECT_NE(drawing().text().find("each dot the largest of"), std::string::npos)
        << drawing().text();
}

TEST_F(Alignment, tells_the_entry_under_the_mouse_and_what_its_block_spans) {
    show(trained(narrow(), 200), AlignmentView::left_vectors);
    const auto title = drawing().word("Muon");
    ASSERT_TRUE(title) << drawing().text();
    // The last entry of all: both of its directions are free to turn.
    const float side = 0.4F * 1100;
    bool met = false;
    for (float x = title->min.x + side; x > title->min.x && !met; x -= 6) {
        ImGui::GetIO().AddMousePosEvent(x, title->max.y + (x - title->min.x));
        const Drawing with = look();
        met = !with.starting("rows 6–8 with columns 6–8").empty();
        if (met) {
            const Word word = with.starting("rows 6–8 with columns 6–8").front();
            const Matrix block = now().lanes[1].left.bottomRightCorner(3, 3);
            EXPECT_EQ(with.line_of(word).front().text,
                      plots::value_text(block.norm() / std::sqrt(3.0)));
        }
    }
    EXPECT_TRUE(met) << drawing().text();
}

TEST_F(Alignment, gathers_what_neighbours_keep_at_the_steps_it_sees) {
    Spec spec = narrow();
    spec.lanes[0].phases[0].optimizer.lr = 1e-3;
    WorkerPool pool(1);
    Session session(spec);
    for (const std::int64_t step : {0, 50, 100, 200}) {
        session.advance_to(step, pool);
        show(session.snapshot(), AlignmentView::conserved);
    }
    ASSERT_EQ(now().traces.size(), 2U);
    for (const std::size_t lane : {0U, 1U}) {
        const auto& samples = now().traces[lane].samples();
        ASSERT_EQ(samples.size(), 4U);
        EXPECT_EQ(samples.back().step, 200);
        EXPECT_EQ(samples.front().values[0], 0);
        const std::vector<Matrix>& start = snapshot().problem->start;
        EXPECT_NEAR(samples.back().values[1],
                    drift(gram_balance(weights(lane)[1], weights(lane)[2]),
                          gram_balance(start[1], start[2])),
                    1e-14);
        EXPECT_NEAR(samples.back().values[2],
                    drift(root_balance(weights(lane)[0], weights(lane)[1]),
                          root_balance(start[0], start[1])),
                    1e-12);
    }
    EXPECT_LT(now().traces[0].samples().back().values[0], 1e-2);
    EXPECT_GT(now().traces[1].samples().back().values[0], 0.05);
    const Theme theme = theme_for(harness.preferences, 1);
    const auto sgd = drawing().word("SGD: theory keeps Grams, up to its steps squared");
    const auto muon = drawing().word("Muon: nothing is kept for certain");
    ASSERT_TRUE(sgd && muon) << drawing().text();
    EXPECT_EQ(sgd->colour, u32(theme.lane_text(0)));
    EXPECT_EQ(muon->colour, u32(theme.lane_text(1)));
}

TEST_F(Alignment, of_one_layer_says_that_it_has_no_neighbour) {
    Spec spec = narrow();
    set(spec, "network.depth", "1");
    for (const AlignmentView view : {AlignmentView::neighbours, AlignmentView::conserved}) {
        show(trained(spec, 5), view);
        EXPECT_EQ(drawing().all("One layer has no neighbour").size(), 1U);
    }
}

// The forecast of all layers begins at the newest loss and ends where the formula says.
TEST_F(Alignment, forecasts_the_loss_and_says_how_far_earlier_forecasts_were_off) {
    Spec spec = narrow();
    for (Recipe& recipe : spec.lanes) recipe.phases[0].optimizer.lr = 2e-3;
    number_of(harness.preferences, "alignment_horizon") = 1;  // 100 steps
    show(trained(spec, 400), AlignmentView::descent);
    const Layout& layout = snapshot().layout;
    const std::vector<double>& row = snapshot().lanes[0].now;
    double exponent = 0;
    for (int layer = 1; layer <= 3; ++layer)
        exponent += row[layout.rate(layer)] * row[layout.lambda_eff(layer)];
    const double end = forecast_loss(row[layout.loss()], exponent, 100);
    const Drawing all = drawing();
    const auto title = all.word("SGD");
    const std::vector<Word> lambdas = all.all("λ_eff");
    ASSERT_TRUE(title) << all.text();
    ASSERT_EQ(lambdas.size(), 2U);
    const float left = title->min.x, bottom = lambdas.front().min.y - 2;
    const Scale x = Scale::across(all, {left, bottom - 20}, {left + 520, bottom});
    const Scale y = Scale::up(all, {left - 4, title->max.y + 20}, {left + 45, bottom - 20});
    ASSERT_GE(x.labels(), 2) << all.text();
    ASSERT_GE(y.labels(), 2) << all.text();
    const Theme theme = theme_for(harness.preferences, 1);
    EXPECT_LE(all.distance(u32(theme.text), {x.pixel(500), y.pixel(end)}), 6);
    EXPECT_LE(all.distance(u32(theme.lane(0)), {x.pixel(400), y.pixel(row[layout.loss()])}), 3);

    // Held against the history by hand.
    const HistoryView& history = snapshot().lanes[0].history;
    std::vector<double> steps, values, exponents;
    for (std::size_t i = 0; i < history.size(); ++i) {
        steps.push_back(static_cast<double>(history.step(i)));
        values.push_back(history.value(i, layout.loss()));
        double sum = 0;
        for (int layer = 1; layer <= 3; ++layer)
            sum +=
                history.value(i, layout.rate(layer)) * history.value(i, layout.lambda_eff(layer));
        exponents.push_back(sum);
    }
    const auto held = held_forecasts(steps, values, exponents, 100);
    ASSERT_GT(held.size(), 50U);
    EXPECT_NE(all.text().find(fmt::format("{} forecasts, wrong by {:.2g} %", held.size(),
                                          100 * forecast_error(held))),
              std::string::npos)
        << all.text();
    EXPECT_NE(all.text().find("not its path: loss came to"), std::string::npos);
}

TEST_F(Alignment, of_minibatches_has_no_forecast) {
    Spec spec = narrow();
    set(spec, "data.kind", "samples");
    set(spec, "data.batch", "16");
    show(trained(spec, 20), AlignmentView::descent);
    EXPECT_EQ(drawing().all("no λ_eff: steps do not see all data").size(), 2U) << drawing().text();
}

}  // namespace
}  // namespace muonscope::gui
