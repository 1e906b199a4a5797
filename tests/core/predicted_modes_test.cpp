#include "core/experiment/predicted_modes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "core/experiment/product_gradient.h"

namespace muonscope {
namespace {

// Every lane of the preset against what theory says of it, all along the way.
TEST(PredictedModes, are_those_of_the_run) {
    const Spec& spec = preset("theory");
    const auto problem = make_problem(spec.experiment);
    std::vector<double> steps;
    for (int step = 0; step <= 1200; step += 40) steps.push_back(step);
    for (const Recipe& recipe : spec.lanes) {
        SCOPED_TRACE(recipe.name);
        ASSERT_TRUE(theory_covers(spec.experiment, recipe));
        const OptimizerSpec& optimizer = recipe.phases[0].optimizer;
        const Matrix predicted = predicted_modes(*problem, recipe, steps);
        EXPECT_GT(predicted(0, predicted.cols() - 1), 3.9);
        // Newton-Schulz maps to between .68 and 1.14, so Muon climbs between these paces.
        Recipe slow = recipe, fast = recipe;
        slow.phases[0].optimizer.lr *= 0.68;
        fast.phases[0].optimizer.lr *= 1.14;
        const Matrix lower = predicted_modes(*problem, slow, steps);
        const Matrix upper = predicted_modes(*problem, fast, steps);
        Lane lane(problem, recipe);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            while (lane.step() < static_cast<std::int64_t>(steps[i])) lane.advance();
            const Matrix p = product(lane.weights());
            for (int k = 0; k < problem->modes; ++k) {
                const auto at = static_cast<Eigen::Index>(i);
                const double s = problem->target_svd.s(k);
                const double actual =
                    problem->target_svd.u.col(k).dot(p * problem->target_svd.v.col(k));
                // A constant step overshoots its goal by up to its own length in each layer.
                const double swing = 2 * 1.14 * optimizer.lr * 2 * std::sqrt(s);
                switch (optimizer.kind) {
                    case OptimizerKind::sgd:  // a flow against steps: a percent of s_1 late
                        EXPECT_NEAR(actual, predicted(k, at), 0.12) << k << " at " << steps[i];
                        break;
                    case OptimizerKind::spectral:
                        EXPECT_NEAR(actual, predicted(k, at), swing) << k << " at " << steps[i];
                        break;
                    case OptimizerKind::muon:
                        EXPECT_GT(actual, lower(k, at) - swing) << k << " at " << steps[i];
                        EXPECT_LT(actual, upper(k, at) + swing) << k << " at " << steps[i];
                        break;
                    default:
                        FAIL() << "no theory of it";
                }
            }
        }
    }
}

// Whatever begins above its goal comes down at the pace at which the others climb.
TEST(PredictedModes, are_those_of_a_run_that_begins_above_its_target) {
    Spec spec = preset("theory");
    spec.experiment.init.scale = 1.5;
    const auto problem = make_problem(spec.experiment);
    const int depth = spec.experiment.network.depth;
    int above = 0, below = 0;
    for (const Recipe& recipe : spec.lanes) {
        const OptimizerSpec& optimizer = recipe.phases[0].optimizer;
        if (optimizer.kind != OptimizerKind::spectral) continue;
        ASSERT_TRUE(theory_covers(spec.experiment, recipe));
        std::vector<double> steps;
        for (int i = 0; i <= 10; ++i) steps.push_back(std::round(0.15 * i / optimizer.lr));
        const Matrix predicted = predicted_modes(*problem, recipe, steps);
        Lane lane(problem, recipe);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            while (lane.step() < static_cast<std::int64_t>(steps[i])) lane.advance();
            const Matrix p = product(lane.weights());
            for (int k = 0; k < problem->modes; ++k) {
                const double s = problem->target_svd.s(k);
                (s < std::pow(1.5, depth) ? above : below) += 1;
                const double swing = 2 * depth * optimizer.lr * std::max(s, 3.0);
                EXPECT_NEAR(problem->target_svd.u.col(k).dot(p * problem->target_svd.v.col(k)),
                            predicted(k, static_cast<Eigen::Index>(i)), swing)
                    << k << " at " << steps[i];
            }
        }
    }
    EXPECT_GT(above, 10);
    EXPECT_GT(below, 10);
}

TEST(PredictedModes, theory_says_nothing_of_what_it_does_not_cover) {
    const Spec& spec = preset("theory");
    const auto covered = [&](const auto& change) {
        Spec other = spec;
        change(other);
        return theory_covers(other.experiment, other.lanes[1]);
    };
    EXPECT_TRUE(covered([](Spec&) {}));
    EXPECT_FALSE(covered([](Spec& s) { s.experiment.init.kind = InitKind::gaussian; }));
    EXPECT_FALSE(covered([](Spec& s) { s.experiment.loss = LossKind::relative; }));
    EXPECT_FALSE(covered([](Spec& s) { s.experiment.data.kind = DataKind::samples; }));
    EXPECT_FALSE(covered([](Spec& s) { s.experiment.network.activation = Activation::tanh; }));
    EXPECT_FALSE(covered([](Spec& s) { s.lanes[1].phases[0].optimizer.momentum = 0.9; }));
    EXPECT_FALSE(covered([](Spec& s) { s.lanes[1].phases[0].layers = {1}; }));
    EXPECT_FALSE(
        covered([](Spec& s) { s.lanes[1].phases[0].optimizer.norm_law = NormLaw::matched; }));
}

// By hand: a target of 4, 2, 1 has half the sum of squares of what is missing, in the loss's units.
TEST(LossLevels, are_what_is_missing_in_the_units_of_the_loss) {
    Spec spec;
    spec.experiment.network.width = 5;
    spec.experiment.target.decay = 0.5;
    spec.experiment.target.modes = 3;
    const auto levels = [&] { return loss_levels(*make_problem(spec.experiment)); };
    const auto expect = [&](const std::vector<double>& wanted) {
        const std::vector<double> found = levels();
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i)
            EXPECT_NEAR(found[i], wanted[i], 1e-12) << i;
    };
    expect({10.5, 2.5, 0.5, 0});
    spec.experiment.loss = LossKind::relative;
    expect({1, 5.0 / 21, 1.0 / 21, 0});
    spec.experiment.loss = LossKind::mean;
    expect({10.5 / 25, 2.5 / 25, 0.5 / 25, 0});
    spec.experiment.network.activation = Activation::tanh;
    EXPECT_TRUE(levels().empty());
    spec.experiment.network.activation = Activation::linear;
    spec.experiment.data.kind = DataKind::samples;
    EXPECT_TRUE(levels().empty());
}

// A layer's gradient is that of the product between the layers above and below it.
TEST(ProductGradient, is_what_every_layers_gradient_is_made_of) {
    for (const LossKind loss : {LossKind::half, LossKind::relative, LossKind::mean})
        for (const DataKind data : {DataKind::whitened, DataKind::samples}) {
            Spec spec;
            spec.experiment.network.widths = {7, 5, 6, 4};
            spec.experiment.network.depth = 3;
            spec.experiment.target.modes = 3;
            spec.experiment.data.kind = data;
            spec.experiment.data.samples = 11;
            spec.experiment.data.noise = 0.3;
            spec.experiment.loss = loss;
            spec.lanes.resize(1);
            const auto problem = make_problem(spec.experiment);
            const std::vector<Matrix>& w = problem->start;
            const Matrix gradient = product_gradient(*problem, product(w));
            Lane lane(problem, spec.lanes[0]);
            lane.advance();
            const Matrix expected = (w[2] * w[1]).transpose() * gradient;
            const Matrix middle = w[2].transpose() * gradient * w[0].transpose();
            EXPECT_LT((*lane.newest_move(1).gradient - expected).norm(), 1e-12 * expected.norm());
            EXPECT_LT((*lane.newest_move(2).gradient - middle).norm(), 1e-12 * middle.norm());
        }
    Spec spec;
    spec.experiment.network.activation = Activation::tanh;
    const auto problem = make_problem(spec.experiment);
    EXPECT_EQ(product_gradient(*problem, problem->target).size(), 0);
}

}  // namespace
}  // namespace muonscope
