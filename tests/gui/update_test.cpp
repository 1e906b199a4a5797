#include "app/gui/panels/update.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/parameters.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/small_run.h"
#include "tests/jacobi_svd.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{1300, 700};

Spec small() {
    Spec spec = narrow();
    for (Recipe& recipe : spec.lanes) {
        recipe.phases[0].optimizer.momentum = 0.9;
        recipe.phases[0].optimizer.nesterov = true;
    }
    return spec;
}

class Update : public testing::Test {
  protected:
    void show(std::shared_ptr<const Snapshot> snapshot) {
        snapshot_ = std::move(snapshot);
        harness.show(snapshot_);
        look();
    }
    Drawing look() {
        for (int i = 0; i < 12; ++i) harness.panel_frame(panel);
        return drawing();
    }
    const SeenUpdate& seen(int lane) { return harness.kept<UpdateView>().lanes.at(lane).seen; }
    const SeenMove& move(int lane) {
        return *snapshot_->lanes[static_cast<std::size_t>(lane)].move;
    }
    // Of one lane's transfer curve: the scales read off its labels.
    struct Scales {
        Scale x, y;
    };
    Scales transfer_scales(int lane) {
        const Drawing all = drawing();
        const std::vector<Word> up = all.all("σ out");
        EXPECT_EQ(up.size(), 2U) << all.text();
        const Word& title = up[static_cast<std::size_t>(lane)];
        // Its lowest labels stand on the first line below it that is one of numbers.
        float bottom = 1e9F;
        for (const Word& word : all.starting("10"))
            if (word.min.y > title.max.y && word.min.x > title.min.x - 3 &&
                word.min.x < title.min.x + 300)
                bottom = std::min(bottom, word.min.y);
        return {
            Scale::across(all, {title.min.x - 20, bottom - 2}, {title.min.x + 380, bottom + 14}),
            Scale::up(all, {title.min.x - 40, title.max.y}, {title.min.x - 2, bottom - 2})};
    }

    const Panel& panel = panel_by_slug("update");
    Harness harness{screen};

  private:
    std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(Update, sees_what_went_into_each_step_and_what_came_out) {
    show(trained(small(), 30));
    for (const int lane : {0, 1}) {
        const SeenUpdate& of = seen(lane);
        const Matrix& gradient = move(lane).gradients[0];
        const LayerOptimizer::State& state = *move(lane).optimizers[0];
        EXPECT_LT((of.gradient - values_of(gradient)).norm(), 1e-12);
        EXPECT_LT((of.momentum - values_of(state.momentum)).norm(), 1e-12);
        const double fresh = state.spec.momentum_style == MomentumStyle::ema ? 0.1 : 1;
        const Matrix entering = fresh * gradient + 0.9 * state.momentum;
        EXPECT_LT((of.entering - values_of(entering)).norm(), 1e-12);
        EXPECT_NEAR(of.entering_norm, entering.norm(), 1e-12);
        // Nothing comes after: the step is what leaves, at another length.
        EXPECT_LT((of.step / of.step_norm - of.leaving / of.leaving_norm).norm(), 1e-12);
    }
    EXPECT_TRUE(seen(0).straight && seen(1).straight);
    EXPECT_TRUE(seen(0).plain);
    EXPECT_LT((seen(0).leaving - seen(0).entering / seen(0).entering_norm).norm(), 1e-12);
    ASSERT_TRUE(seen(1).engine);
    for (Eigen::Index k = 0; k < 8; ++k)
        EXPECT_NEAR(seen(1).leaving(k),
                    *transfer(*seen(1).engine, seen(1).entering(k) / seen(1).entering_norm), 2e-4);
}

TEST_F(Update, draws_a_point_for_each_direction_on_the_curve) {
    for (const bool logarithmic : {false, true}) {
        switch_of(harness.preferences, "update_log") = logarithmic;
        show(trained(small(), 30));
        const Theme theme = theme_for(harness.preferences, 1);
        for (const int lane : {0, 1}) {
            const auto [x, y] = transfer_scales(lane);
            ASSERT_GE(x.labels(), 2) << drawing().text();
            ASSERT_GE(y.labels(), 2) << drawing().text();
            EXPECT_TRUE(x.logarithmic());
            EXPECT_EQ(y.logarithmic(), logarithmic);
            const SeenUpdate& of = seen(lane);
            for (Eigen::Index k = 0; k < 8; ++k) {
                const double in = of.entering(k) / of.entering_norm;
                const ImVec2 at{x.pixel(in), y.pixel(of.leaving(k))};
                EXPECT_LE(drawing().distance(u32(rank_colour(theme, static_cast<int>(k), 8)), at),
                          3)
                    << "lane " << lane << ", direction " << k + 1;
                EXPECT_LE(drawing().distance(u32(theme.lane(lane)), at), 4) << "the curve";
            }
        }
    }
}

TEST_F(Update, leaves_as_a_table_of_what_is_drawn) {
    show(trained(small(), 30));
    PanelContext context = harness.context();
    ImGui::NewFrame();
    const UpdateAxes axes{.share_low = 1e-8, .leaves_top = 2, .count = 8};
    const LaneUpdate& update = harness.kept<UpdateView>().lanes.at(1);
    const plots::Table table = plots::table_of(spectra_charts(context, update, 1, axes));
    ImGui::EndFrame();
    const auto column = [&](std::string_view name) {
        const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                        [&](const std::string& c) { return c.find(name) == 0; });
        EXPECT_NE(found, table.columns.end()) << name;
        return static_cast<std::size_t>(found - table.columns.begin());
    };
    const SeenUpdate& of = seen(1);
    ASSERT_EQ(table.rows.size() % 3, 0U);
    for (const auto& [name, values, norm] : {std::tuple{"G", &of.gradient, of.gradient_norm},
                                             {"M", &of.momentum, of.momentum_norm},
                                             {"B", &of.entering, of.entering_norm},
                                             {"O", &of.leaving, 1.0}}) {
        const std::size_t at = column(name), index = column("direction");
        int met = 0;
        for (const auto& row : table.rows)
            if (std::isfinite(row[at])) {
                ++met;
                EXPECT_NEAR(row[at], (*values)(static_cast<Eigen::Index>(row[index]) - 1) / norm,
                            1e-12)
                    << name;
            }
        EXPECT_EQ(met, 8) << name;
    }
}

TEST_F(Update, moves_gradient_directions_by_what_its_step_does) {
    switch_of(harness.preferences, "update_directions") = true;
    switch_of(harness.preferences, "update_linear") = true;
    show(trained(small(), 30));
    for (const int lane : {0, 1}) {
        const Matrix& gradient = move(lane).gradients[0];
        const Eigen::JacobiSVD<Matrix> svd(gradient, Eigen::ComputeThinU | Eigen::ComputeThinV);
        for (Eigen::Index k = 0; k < 8; ++k) {
            const double moved =
                -svd.matrixU().col(k).dot(move(lane).updates[0] * svd.matrixV().col(k));
            EXPECT_NEAR(seen(lane).along.moved(k), moved, 1e-12);
            EXPECT_NEAR(seen(lane).along.share(k),
                        moved * moved / move(lane).updates[0].squaredNorm(), 1e-12);
        }
    }
    // And draws them there.
    const Drawing all = drawing();
    const Theme theme = theme_for(harness.preferences, 1);
    const std::vector<Word> up = all.all("moved: −uᵀ D v");
    const std::vector<Word> across = all.all("singular value s of the gradient");
    ASSERT_EQ(up.size(), 2U) << all.text();
    ASSERT_EQ(across.size(), 2U);
    for (const int lane : {0, 1}) {
        const Word& title = up[static_cast<std::size_t>(lane)];
        const Word& below = across[static_cast<std::size_t>(lane)];
        const Scale x = Scale::across(all, {title.min.x, below.min.y - 20},
                                      {below.max.x + 10, below.min.y - 2});
        float left = 1e9F;
        for (const Word& word : all.words)
            if (number_in(word.text) && word.min.y > title.max.y && word.max.y < below.min.y - 20 &&
                word.min.x > below.max.x - 640)
                left = std::min(left, word.min.x);
        const Scale y = Scale::up(all, {left - 2, title.max.y}, {left + 50, below.min.y - 20});
        ASSERT_GE(x.labels(), 2);
        ASSERT_GE(y.labels(), 2) << all.text();
        for (Eigen::Index k = 0; k < 8; ++k)
            EXPECT_LE(
                all.distance(u32(rank_colour(theme, static_cast<int>(k), 8)),
                             {x.pixel(seen(lane).along.s(k)), y.pixel(seen(lane).along.moved(k))}),
                3)
                << lane << ", " << k;
    }
}

TEST_F(Update, sums_up_in_numbers_that_say_what_they_are) {
    show(trained(small(), 30));
    for (const int lane : {0, 1}) {
        const std::vector<UpdateNumber> numbers = update_numbers(seen(lane));
        ASSERT_GE(numbers.size(), 5U);
        const std::string words = drawing().text();
        for (const UpdateNumber& number : numbers) {
            EXPECT_GT(number.help.size(), 30U) << number.name;
            EXPECT_NE(words.find(number.value), std::string::npos) << number.name << words;
        }
        const Matrix& gradient = move(lane).gradients[0];
        const Matrix& update = move(lane).updates[0];
        EXPECT_EQ(numbers[0].value, fmt::format("{:.3g}", -gradient.cwiseProduct(update).sum() /
                                                              (gradient.norm() * update.norm())));
    }
}

TEST_F(Update, asks_for_steps_only_while_it_is_drawn) {
    harness.show(trained(small(), 5));
    harness.panel_frame(panel_by_slug("loss"));
    EXPECT_FALSE(harness.view.moves_shown);
    harness.panel_frame(panel);
    EXPECT_TRUE(harness.view.moves_shown);
    EXPECT_TRUE(harness.view.weights_shown);
}

TEST_F(Update, that_there_is_not_is_said) {
    Spec still = small();
    for (Recipe& recipe : still.lanes) recipe.phases[0].layers = {2};
    show(trained(still, 5));
    EXPECT_EQ(drawing().all("did not move").size(), 2U) << drawing().text();
    show(trained(small(), 0));
    EXPECT_EQ(drawing().all("no step yet").size(), 2U) << drawing().text();
    auto lost = trained(small(), 5);
    auto newest = std::make_shared<SeenMove>(*lost->lanes[0].move);
    newest->updates[0](1, 1) = std::nan("");
    lost->lanes[0].move = newest;
    show(lost);
    EXPECT_EQ(drawing().all("not finite").size(), 1U) << drawing().text();
}

// Though the trainer has not sent the first one yet.
TEST_F(Update, shows_no_step_of_a_run_that_is_no_more) {
    Session session(small());
    WorkerPool pool(1);
    const auto show_without_moves = [&] {
        auto snapshot = session.snapshot();
        for (LaneSnapshot& lane : snapshot->lanes) lane.move = nullptr;
        show(snapshot);
    };
    session.advance_to(5, pool);
    show(session.snapshot());
    ASSERT_TRUE(drawing().all("no step yet").empty()) << drawing().text();
    session.advance_to(8, pool);
    show_without_moves();
    EXPECT_EQ(drawing().all("σ out").size(), 2U) << "the step before stays: " << drawing().text();
    session.restart();
    show_without_moves();
    EXPECT_EQ(drawing().all("no step yet").size(), 2U) << drawing().text();
    EXPECT_TRUE(drawing().all("σ out").empty());
    session.advance_to(5, pool);
    show(session.snapshot());
    EXPECT_EQ(drawing().all("σ out").size(), 2U);
    session.advance_to(20, pool);
    session.go_back_to(3, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.05});
    session.advance_to(9, pool);
    show_without_moves();
    EXPECT_EQ(drawing().all("Waiting for a step").size(), 2U) << drawing().text();
    session.advance_to(10, pool);
    show(session.snapshot());
    Spec other = small();
    other.experiment.seed = 7;
    session.replace(other);
    session.advance_to(30, pool);
    show_without_moves();
    EXPECT_EQ(drawing().all("Waiting for a step").size(), 2U) << drawing().text();
}

TEST_F(Update, of_an_optimiser_that_has_changed_since_shows_the_step_alone) {
    auto snapshot = trained(small(), 5);
    auto newest = std::make_shared<SeenMove>(*snapshot->lanes[1].move);
    newest->optimizers[0].reset();
    snapshot->lanes[1].move = newest;
    show(snapshot);
    EXPECT_EQ(drawing().all("another optimiser since").size(), 1U) << drawing().text();
    EXPECT_LT((seen(1).step - values_of(newest->updates[0])).norm(), 1e-12);
}

TEST_F(Update, of_an_entrywise_rule_has_no_curve_and_says_so) {
    Spec spec = small();
    set(spec, "lanes.1.optimizer.kind", "adamw");
    show(trained(spec, 10));
    EXPECT_FALSE(seen(1).engine);
    EXPECT_EQ(drawing().all("no function of σ").size(), 1U) << drawing().text();
    EXPECT_EQ(seen(1).momentum.size(), 8);
}

TEST_F(Update, follows_one_direction_through_all_three_pictures) {
    show(trained(small(), 30));
    const Drawing before = drawing();
    const auto [x, y] = transfer_scales(1);
    const SeenUpdate& of = seen(1);
    ImGui::GetIO().AddMousePosEvent(x.pixel(of.entering(2) / of.entering_norm),
                                    y.pixel(of.leaving(2)));
    const Drawing with = look();
    EXPECT_EQ(harness.kept<UpdateView>().direction, 2);
    ASSERT_TRUE(with.word("direction 3")) << with.text();
    EXPECT_NE(with.text().find(plots::value_text(of.entering(2))), std::string::npos);
    const Theme theme = theme_for(harness.preferences, 1);
    const ImU32 guide = u32(with_alpha(theme.accent, 0.8F));
    EXPECT_GE(with.of_colour(guide).size(), before.of_colour(guide).size() + 4);
}

class TinyUpdate : public Update {
  protected:
    TinyUpdate() { harness.set_scale(2); }
};
TEST_F(TinyUpdate, keeps_the_curve_where_there_is_no_room_for_more) {
    Spec spec = small();
    show(trained(spec, 12));
    EXPECT_EQ(drawing().all("σ out").size(), 2U) << drawing().text();
}

}  // namespace
}  // namespace muonscope::gui
