#include "core/experiment/lane.h"
#include "core/model/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/error.h"

namespace muonscope {
namespace {

OptimizerSpec optimizer(OptimizerKind kind, double lr, double momentum = 0) {
    OptimizerSpec spec;
    spec.kind = kind;
    spec.lr = lr;
    spec.momentum = momentum;
    return spec;
}

Recipe recipe(const OptimizerSpec& optimizer) {
    Recipe recipe;
    recipe.phases.front().optimizer = optimizer;
    return recipe;
}

Experiment experiment(int depth, int width) {
    Experiment experiment;
    experiment.network.depth = depth;
    experiment.network.width = width;
    experiment.target.modes = std::min(4, width);
    return experiment;
}

Lane lane(const Experiment& e, const Recipe& r) {
    return Lane(make_problem(e), r);
}

TEST(Lane, sgd_on_one_layer_halves_the_distance_as_the_closed_form_says) {
    Experiment e = experiment(1, 6);
    Lane l = lane(e, recipe(optimizer(OptimizerKind::sgd, 0.1)));
    const auto problem = make_problem(e);
    const Matrix start = problem->start[0] - problem->target;
    for (int i = 0; i < 25; ++i) l.advance();
    // Half loss: W - A shrinks by 1 - lr a step.
    const Matrix expected = problem->target + std::pow(0.9, 25) * start;
    EXPECT_LT((l.weights()[0] - expected).norm(), 1e-12);
    EXPECT_EQ(l.step(), 25);
}

TEST(Lane, only_the_layers_of_the_phase_move) {
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.01));
    r.phases.front().layers = {2};
    Lane l = lane(experiment(3, 6), r);
    const std::vector<Matrix> before = l.weights();
    l.advance();
    EXPECT_EQ(l.weights()[0], before[0]);
    EXPECT_NE(l.weights()[1], before[1]);
    EXPECT_EQ(l.weights()[2], before[2]);
}

TEST(Lane, a_layer_target_pulls_its_layer_at_the_relative_rate) {
    Experiment e = experiment(2, 8);
    e.loss = LossKind::relative;
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.2));
    r.phases.front().layers = {1};
    r.phases.front().objective = Objective::layer_target;
    Lane l = lane(e, r);
    const auto problem = make_problem(e);
    for (int i = 0; i < 10; ++i) l.advance();
    const double rate = 1 - 2 * 0.2 / problem->target.squaredNorm();
    const Matrix expected = problem->layer_targets[0] +
                            std::pow(rate, 10) * (problem->start[0] - problem->layer_targets[0]);
    EXPECT_LT((l.weights()[0] - expected).norm(), 1e-12);
    EXPECT_EQ(l.weights()[1], problem->start[1]);
}

TEST(Lane, phases_follow_each_other_and_count_their_own_steps) {
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.01));
    r.phases.resize(2, r.phases.front());
    r.phases[0].layers = {1};
    r.phases[0].until.steps = 7;
    r.phases[1].layers = {2};
    r.phases[1].until.steps = 5;
    Lane l = lane(experiment(2, 6), r);
    for (int i = 0; i < 7; ++i) EXPECT_EQ(l.advance(), Lane::Status::training);
    const Matrix frozen = l.weights()[0];
    while (l.advance() == Lane::Status::training) {
    }
    EXPECT_EQ(l.status(), Lane::Status::finished);
    EXPECT_EQ(l.phase(), 2);
    EXPECT_EQ(l.step(), 12);
    EXPECT_EQ(l.phase_steps(), (std::vector<std::int64_t>{7, 5}));
    EXPECT_EQ(l.weights()[0], frozen);
    l.advance();
    EXPECT_EQ(l.step(), 12);
}

TEST(Lane, a_phase_ends_at_the_first_step_whose_loss_or_error_is_small_enough) {
    for (const bool by_loss : {true, false}) {
        Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.05));
        Lane free = lane(experiment(2, 6), r);
        (by_loss ? r.phases[0].until.loss : r.phases[0].until.relative_error) = 0.3;
        Lane l = lane(experiment(2, 6), r);
        const auto problem = make_problem(experiment(2, 6));
        const auto value = [&](const Lane& of) {
            const double error = (product(of.weights()) - problem->target).norm();
            return by_loss ? 0.5 * error * error : error / problem->target.norm();
        };
        while (value(free) > 0.3) free.advance();
        while (l.advance() == Lane::Status::training) {
        }
        EXPECT_EQ(l.step(), free.step());
        EXPECT_GT(l.step(), 3);
    }
}

TEST(Lane, an_end_that_is_met_at_the_start_takes_no_step) {
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.05));
    r.phases[0].until.relative_error = 100;
    Lane l = lane(experiment(2, 6), r);
    EXPECT_EQ(l.advance(), Lane::Status::finished);
    EXPECT_EQ(l.step(), 0);
}

TEST(Lane, a_step_too_long_stops_at_the_last_finite_weights_and_says_where) {
    Lane l = lane(experiment(3, 16), recipe(optimizer(OptimizerKind::sgd, 10)));
    std::vector<Matrix> before = l.weights();
    while (l.advance() == Lane::Status::training) {
        before = l.weights();
        ASSERT_LT(l.step(), 1000);
    }
    ASSERT_EQ(l.status(), Lane::Status::diverged);
    ASSERT_TRUE(l.fault());
    EXPECT_EQ(l.fault()->step, l.step());
    EXPECT_GE(l.fault()->layer, 1);
    EXPECT_LE(l.fault()->layer, 3);
    EXPECT_NE(l.fault()->what.find("not finite"), std::string::npos);
    EXPECT_EQ(l.weights(), before);
    for (const Matrix& weight : l.weights()) EXPECT_TRUE(weight.allFinite());
    const std::int64_t step = l.step();
    l.advance();
    EXPECT_EQ(l.step(), step);
}

TEST(Lane, a_step_to_infinity_is_not_taken_whether_its_steps_are_followed_or_not) {
    Experiment e = experiment(3, 16);
    e.target.scale = 1e6;  // for steep gradients
    const auto problem = make_problem(e);
    const auto ended = [&](bool followed) {
        Lane l(problem, recipe(optimizer(OptimizerKind::sgd, 1e308)));
        if (followed) l.follow(Layout(*problem->model, problem->modes));
        for (int i = 0; i < 5; ++i) l.advance();
        return l;
    };
    for (const bool followed : {false, true}) {
        const Lane l = ended(followed);
        ASSERT_TRUE(l.fault()) << followed;
        EXPECT_EQ(l.fault()->what, "update is not finite") << followed;
        EXPECT_EQ(l.fault()->layer, ended(false).fault()->layer);
        EXPECT_EQ(l.step(), 0) << followed;
        EXPECT_EQ(l.weights(), problem->start) << followed;
    }
}

TEST(Lane, measuring_leaves_the_path_as_it_is) {
    Experiment e = experiment(3, 8);
    e.data = {DataKind::samples, 32, 0.1, 8};
    Recipe r = recipe(optimizer(OptimizerKind::muon, 0.01, 0.9));
    r.phases[0].layers = {2, 3};
    Lane measured = lane(e, r), quiet = lane(e, r);
    const auto problem = make_problem(e);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    for (int i = 0; i < 20; ++i) {
        measured.measure(layout, e.probe, row);
        measured.advance();
        quiet.advance();
    }
    EXPECT_EQ(measured.state_hash(), quiet.state_hash());
    EXPECT_EQ(measured.weights(), quiet.weights());
}

TEST(Lane, a_row_holds_what_its_layout_says) {
    const Experiment e = experiment(2, 6);
    const auto problem = make_problem(e);
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.05));
    r.phases[0].layers = {2};
    Lane l(problem, r);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    l.measure(layout, e.probe, row);
    EXPECT_TRUE(std::isnan(row[layout.gradient_sv(2, 0)]));
    EXPECT_TRUE(std::isnan(row[layout.update_sv(1, 5)]));

    const std::vector<Matrix> before = l.weights();
    l.advance();
    l.measure(layout, e.probe, row);
    const Matrix p = l.weights()[1] * l.weights()[0];
    const Matrix update = l.weights()[1] - before[1];
    EXPECT_NEAR(row[layout.loss()], 0.5 * (p - problem->target).squaredNorm(), 1e-12);
    EXPECT_NEAR(row[layout.relative_error()], (p - problem->target).norm() / problem->target.norm(),
                1e-12);
    EXPECT_NEAR(row[layout.weight_norm(1)], l.weights()[0].norm(), 1e-12);
    const Vector sv_p = singular_values(p), sv_w = singular_values(l.weights()[1]),
                 sv_u = singular_values(update);
    for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(row[layout.product_sv(k)], sv_p(k), 1e-12);
        EXPECT_NEAR(row[layout.weight_sv(2, k)], sv_w(k), 1e-12);
        EXPECT_NEAR(row[layout.update_sv(2, k)], sv_u(k), 1e-12);
        EXPECT_NEAR(row[layout.gradient_sv(2, k)], sv_u(k) / 0.05, 1e-11);
        EXPECT_TRUE(std::isnan(row[layout.gradient_sv(1, k)]));
    }
    for (int k = 0; k < layout.modes(); ++k)
        EXPECT_NEAR(row[layout.mode(k)],
                    problem->target_svd.u.col(k).dot(p * problem->target_svd.v.col(k)), 1e-12);
}

TEST(Lane, a_row_holds_what_an_update_keeps_of_gradient_and_representation) {
    Experiment e = experiment(3, 6);
    e.network.activation = Activation::tanh;
    const auto problem = make_problem(e);
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.05, 0.9));
    r.phases[0].layers = {2, 3};
    Lane l(problem, r);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    l.measure(layout, e.probe, row);
    EXPECT_TRUE(std::isnan(row[layout.fidelity(2)]));
    EXPECT_TRUE(std::isnan(row[layout.preservation(2)]));
    EXPECT_EQ(row[layout.preservation_from_start(2)], 1);

    for (int i = 0; i < 4; ++i) l.advance();
    const std::vector<Matrix> before = l.weights();
    l.advance();
    l.measure(layout, e.probe, row);
    EXPECT_TRUE(std::isnan(row[layout.fidelity(1)]));
    EXPECT_TRUE(std::isnan(row[layout.preservation(1)]));
    EXPECT_EQ(row[layout.preservation_from_start(1)], 1);
    auto backpropagation = backpropagation_of(problem);
    backpropagation->gradients(before, {2, 3});
    for (int layer : {2, 3}) {
        const std::size_t at = layer - 1;
        const Matrix h = representation(before, layer - 1, problem->data.inputs, e.network);
        const Matrix change = l.weights()[at] - before[at];
        const Matrix& gradient = backpropagation->gradient(layer);
        EXPECT_NEAR(row[layout.fidelity(layer)],
                    -change.cwiseProduct(gradient).sum() / (change.norm() * gradient.norm()),
                    1e-10);
        EXPECT_LT(row[layout.fidelity(layer)], 1);  // momentum
        EXPECT_NEAR(row[layout.preservation(layer)],
                    1 - (change * h).norm() / (before[at] * h).norm(), 1e-10);
        const Matrix& start = problem->start[at];
        EXPECT_NEAR(row[layout.preservation_from_start(layer)],
                    1 - ((l.weights()[at] - start) * h).norm() / (start * h).norm(), 1e-10);
    }
}

TEST(Lane, sgd_keeps_the_gradients_direction_and_the_polar_factor_what_its_closed_form_says) {
    const Experiment e = experiment(2, 6);
    const auto problem = make_problem(e);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    OptimizerSpec polar = optimizer(OptimizerKind::spectral, 0.01);
    polar.orthogonaliser.power = 0;
    Lane sgd(problem, recipe(optimizer(OptimizerKind::sgd, 0.01))), exact(problem, recipe(polar));
    for (int i = 0; i < 3; ++i) {
        sgd.advance();
        exact.advance();
    }
    sgd.measure(layout, e.probe, row);
    for (int layer : {1, 2}) EXPECT_NEAR(row[layout.fidelity(layer)], 1, 1e-12);
    exact.measure(layout, e.probe, row);
    for (int layer : {1, 2}) {
        double nuclear = 0, square = 0;
        for (int k = 0; k < 6; ++k) {
            const double value = row[layout.gradient_sv(layer, k)];
            nuclear += value;
            square += value * value;
        }
        EXPECT_NEAR(row[layout.fidelity(layer)], nuclear / std::sqrt(6 * square), 1e-9);
    }
}

TEST(Lane, a_finished_lane_does_not_hold_its_update_against_a_later_gradient) {
    const Experiment e = experiment(2, 6);
    const auto problem = make_problem(e);
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.01));
    r.phases[0].until.relative_error = 1e9;
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    Recipe endless = r;
    endless.phases[0].until = {};
    Lane l(problem, endless);
    l.advance();
    l.set_recipe(r, true);
    EXPECT_EQ(l.advance(), Lane::Status::finished);
    l.measure(layout, e.probe, row);
    EXPECT_TRUE(std::isnan(row[layout.fidelity(1)]));
    EXPECT_FALSE(std::isnan(row[layout.preservation(1)]));
}

TEST(Lane, momentum_is_kept_or_emptied_when_the_optimiser_changes) {
    const Experiment e = experiment(2, 6);
    const Recipe sgd = recipe(optimizer(OptimizerKind::sgd, 0.01, 0.9));
    const Recipe muon = recipe(optimizer(OptimizerKind::muon, 0.01, 0.9));
    Lane before = lane(e, sgd);
    for (int i = 0; i < 10; ++i) before.advance();
    Lane kept = before, emptied = before;
    kept.set_recipe(muon, true);
    emptied.set_recipe(muon, false);
    EXPECT_EQ(kept.weights(), emptied.weights());
    EXPECT_NE(kept.state_hash(), emptied.state_hash());
    // A buffer that is empty is that of a lane that starts here.
    Experiment fresh = e;
    kept.advance();
    emptied.advance();
    EXPECT_GT((kept.weights()[0] - emptied.weights()[0]).norm(), 1e-4);
}

TEST(Lane, another_learning_rate_does_not_empty_the_buffer) {
    const Experiment e = experiment(2, 6);
    Lane a = lane(e, recipe(optimizer(OptimizerKind::sgd, 0.01, 0.9)));
    for (int i = 0; i < 10; ++i) a.advance();
    Lane b = a;
    a.set_recipe(recipe(optimizer(OptimizerKind::sgd, 0.02, 0.9)), true);
    b.set_recipe(recipe(optimizer(OptimizerKind::sgd, 0.02, 0.9)), false);
    a.advance();
    b.advance();
    EXPECT_EQ(a.state_hash(), b.state_hash());
}

TEST(Lane, other_phases_are_refused_while_training) {
    const Recipe one = recipe(optimizer(OptimizerKind::sgd, 0.01));
    Recipe two = one;
    two.phases.push_back(two.phases.front());
    Recipe other_layers = one;
    other_layers.phases.front().layers = {1};
    Lane l = lane(experiment(2, 6), one);
    EXPECT_THROW(l.set_recipe(two, true), Error);
    EXPECT_THROW(l.set_recipe(other_layers, true), Error);
}

TEST(Lane, a_finished_lane_goes_on_when_its_end_moves_away) {
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.01));
    r.phases[0].until.steps = 5;
    Lane l = lane(experiment(2, 6), r);
    while (l.advance() == Lane::Status::training) {
    }
    l.set_recipe(r, true);
    EXPECT_EQ(l.status(), Lane::Status::finished);
    r.phases[0].until.steps = 8;
    l.set_recipe(r, true);
    EXPECT_EQ(l.status(), Lane::Status::training);
    while (l.advance() == Lane::Status::training) {
    }
    EXPECT_EQ(l.step(), 8);
}

TEST(Lane, a_copy_takes_the_same_path) {
    Experiment e = experiment(3, 8);
    e.data = {DataKind::samples, 40, 0.1, 16};
    Lane a = lane(e, recipe(optimizer(OptimizerKind::muon, 0.02, 0.95)));
    for (int i = 0; i < 13; ++i) a.advance();
    Lane b = a;
    for (int i = 0; i < 20; ++i) a.advance();
    for (int i = 0; i < 20; ++i) b.advance();
    EXPECT_EQ(a.state_hash(), b.state_hash());
}

// Layer 1 for three steps, layer 2 for two, and so on.
Recipe in_turns() {
    Recipe r = recipe(optimizer(OptimizerKind::sgd, 0.01, 0.9));
    r.phases.resize(2, r.phases.front());
    r.phases[0].layers = {1};
    r.phases[0].until.steps = 3;
    r.phases[1].layers = {2};
    r.phases[1].until.steps = 2;
    r.repeats = true;
    return r;
}

TEST(Lane, phases_repeat_and_their_momentum_lives_on) {
    Lane l = lane(experiment(2, 6), in_turns());
    // The same by hand: two layers, each with a buffer of its own.
    const auto problem = make_problem(experiment(2, 6));
    std::vector<Matrix> w = problem->start, buffer(2, Matrix::Zero(6, 6));
    for (int step = 0; step < 13; ++step) {
        const Matrix error = w[1] * w[0] - problem->target;
        const std::size_t moved = step % 5 < 3 ? 0 : 1;
        const Matrix g =
            moved == 0 ? Matrix(w[1].transpose() * error) : Matrix(error * w[0].transpose());
        buffer[moved] = 0.9 * buffer[moved] + g;
        w[moved] -= 0.01 * buffer[moved];
        l.advance();
        EXPECT_EQ(l.phase(), moved == 0 ? 0 : 1) << step;
    }
    EXPECT_LT((l.weights()[0] - w[0]).norm() + (l.weights()[1] - w[1]).norm(), 1e-12);
    EXPECT_EQ(l.phase_steps(), (std::vector<std::int64_t>{9, 4}));
}

TEST(Lane, a_repeating_run_ends_where_the_recipe_says) {
    Recipe r = in_turns();
    r.until.steps = 7;
    Lane by_steps = lane(experiment(2, 6), r);
    while (by_steps.advance() == Lane::Status::training) {
    }
    EXPECT_EQ(by_steps.status(), Lane::Status::finished);
    EXPECT_EQ(by_steps.step(), 7);

    r.until = {};
    r.until.relative_error = 0.5;
    Lane by_error = lane(experiment(2, 6), r);
    const auto problem = make_problem(experiment(2, 6));
    double before = 1;
    for (;;) {
        const double error =
            (by_error.weights()[1] * by_error.weights()[0] - problem->target).norm() /
            problem->target_norm;
        if (by_error.advance() != Lane::Status::training) {
            EXPECT_LE(error, 0.5);
            break;
        }
        EXPECT_GT(error, 0.5);
        before = error;
    }
    EXPECT_LT(before, 0.6);
}

TEST(Lane, phases_that_all_end_at_once_do_not_repeat_for_ever) {
    Recipe r = in_turns();
    for (Phase& phase : r.phases) phase.until.loss = 1e9;
    Lane l = lane(experiment(2, 6), r);
    EXPECT_EQ(l.advance(), Lane::Status::finished);
    EXPECT_EQ(l.step(), 0);
}

TEST(Minibatches, an_epoch_shows_every_column_once) {
    Minibatches batches(7, 20, 5);
    for (int epoch = 0; epoch < 3; ++epoch) {
        std::multiset<int> seen;
        for (int i = 0; i < 4; ++i) {
            const auto& columns = batches.columns(epoch * 4 + i).which;
            seen.insert(columns.begin(), columns.end());
        }
        EXPECT_EQ(seen.size(), 20u);
        EXPECT_EQ((std::set<int>(seen.begin(), seen.end())).size(), 20u);
        EXPECT_EQ(*seen.begin(), 0);
        EXPECT_EQ(*seen.rbegin(), 19);
    }
}

TEST(Minibatches, depend_on_seed_and_step_alone) {
    Minibatches forward(7, 20, 5), jumping(7, 20, 5), other(8, 20, 5);
    std::vector<std::vector<int>> seen;
    for (int step = 0; step < 12; ++step) seen.push_back(forward.columns(step).which);
    for (const int step : {11, 3, 4, 0, 9}) EXPECT_EQ(jumping.columns(step).which, seen[step]);
    EXPECT_NE(other.columns(0).which, seen[0]);
    EXPECT_NE(seen[0], seen[4]);
}

}  // namespace
}  // namespace muonscope
