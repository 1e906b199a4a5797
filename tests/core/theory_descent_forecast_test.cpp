#include "core/theory/descent_forecast.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/experiment/lane.h"
#include "core/experiment/one_layer_descent.h"
#include "core/experiment/presets.h"
#include "core/linalg/reductions.h"

namespace muonscope {
namespace {

TEST(DescentForecast, is_the_papers_exponential) {
    EXPECT_NEAR(forecast_loss(3, 0.02 * 1.5, 10), 3 * std::exp(-2 * 0.02 * 10 * 1.5), 1e-15);
    EXPECT_EQ(forecast_loss(3, 0.03, 0), 3);
}

// One matrix and an orthonormal problem: every step shrinks E by 1 - lr exactly, lambda is 1.
TEST(DescentForecast, comes_true_where_all_directions_shrink_alike) {
    Experiment experiment;
    experiment.network.depth = 1;
    experiment.network.width = 6;
    const auto problem = make_problem(experiment);
    Recipe recipe;
    recipe.phases[0].optimizer.lr = 1e-3;
    Lane lane(problem, recipe);
    const auto loss = [&] { return 0.5 * (lane.weights()[0] - problem->target).squaredNorm(); };
    const double before = loss();
    for (int step = 0; step < 500; ++step) lane.advance();
    EXPECT_NEAR(loss() / forecast_loss(before, 1e-3, 500), 1, 1e-3);
}

TEST(DescentForecast, of_a_step_is_right_to_first_order_for_every_loss_and_layer) {
    for (const LossKind kind : {LossKind::half, LossKind::relative, LossKind::mean}) {
        Spec spec = preset("two-ways-up");
        spec.experiment.network.width = 8;
        spec.experiment.target.modes = 4;
        spec.experiment.loss = kind;
        const auto problem = make_problem(spec.experiment);
        const Layout layout(*problem->model, problem->modes);
        Recipe recipe = spec.lanes[0];
        recipe.phases[0].optimizer.lr = learning_rate(*problem, 1e-4);
        Lane lane(problem, recipe);
        lane.follow(layout);
        std::vector<double> row(layout.channels());
        for (int step = 0; step < 3; ++step) lane.advance();
        const double before = lane.errors().loss;
        lane.advance();
        lane.measure(layout, problem->experiment.probe, row);
        double exponent = 0;
        for (int layer = 1; layer <= 3; ++layer) exponent += 1e-4 * row[layout.lambda_eff(layer)];
        const double fallen = std::log(before / lane.errors().loss);
        EXPECT_NEAR(fallen / (2 * exponent), 1, 2e-3);
    }
}

TEST(DescentForecast, is_held_against_the_first_sample_that_is_far_enough) {
    const std::vector<double> steps{0, 1, 5, 12, 13}, losses{8, 4, 2, 1, 0},
        exponents{0, 0.1, 0.2, std::nan(""), 0};
    const auto held = held_forecasts(steps, losses, exponents, 5);
    ASSERT_EQ(held.size(), 3U);
    EXPECT_EQ(held[0].to, 5);
    EXPECT_EQ(held[0].ratio(), 2.0 / 8);
    EXPECT_EQ(held[1].to, 12);
    EXPECT_NEAR(held[1].predicted, 4 * std::exp(-2 * 0.1 * 11), 1e-15);
    EXPECT_EQ(held[2].from, 5);
    EXPECT_TRUE(held_forecasts(steps, losses, exponents, 100).empty());
}

TEST(DescentForecast, errs_by_the_median_in_either_direction) {
    const std::vector<HeldForecast> held{{0, 1, 1, 2}, {0, 1, 1, 0.8}, {0, 1, 1, 1.1}};
    EXPECT_NEAR(forecast_error(held), 0.25, 1e-15);
    EXPECT_TRUE(std::isnan(forecast_error({})));
}

}  // namespace
}  // namespace muonscope
