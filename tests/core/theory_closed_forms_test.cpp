#include "core/theory/closed_forms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/experiment/problem.h"
#include "core/linalg/spectrum.h"
#include "core/model/chain.h"
#include "core/optim/optimizer.h"

namespace muonscope {
namespace {

// Two to four layers, aligned with a target of six modes, s_1 = 1.5.
std::shared_ptr<const Problem> aligned_problem(int depth, double scale) {
    Experiment experiment;
    experiment.network.depth = depth;
    experiment.network.width = 10;
    experiment.target.scale = 1.5;
    experiment.target.decay = 0.7;
    experiment.target.modes = 6;
    experiment.init.kind = InitKind::aligned;
    experiment.init.scale = scale;
    return make_problem(experiment);
}

std::vector<int> every_layer(int depth) {
    std::vector<int> layers;
    for (int l = 1; l <= depth; ++l) layers.push_back(l);
    return layers;
}

double mode(const Problem& problem, const std::vector<Matrix>& weights, int k) {
    return problem.target_svd.u.col(k).dot(product(weights) * problem.target_svd.v.col(k));
}

// One step of Muon with the exact polar factor on every layer.
void exact_muon_step(Cloned<Backpropagation>& backpropagation, std::vector<Matrix>& weights,
                     double lr) {
    const int depth = static_cast<int>(weights.size());
    backpropagation->gradients(weights, every_layer(depth));
    for (int l = 1; l <= depth; ++l)
        weights[l - 1] -= lr * polar_factor(backpropagation->gradient(l));
}

TEST(ClosedForms, muons_ramp_is_what_exact_muon_does) {
    const double lr = 2e-3, w0 = 1e-3;
    for (int depth : {2, 3, 4}) {
        const auto problem = aligned_problem(depth, w0);
        const Vector& s = problem->target_svd.s;
        auto backpropagation = backpropagation_of(problem);
        std::vector<Matrix> weights = problem->start;
        const int steps = static_cast<int>(muon_arrival(depth, s(0), w0, lr)) + 20;
        double largest = 0;
        for (int step = 0; step <= steps; ++step) {
            for (int k = 0; k < 6; ++k)
                largest = std::max(largest, std::abs(mode(*problem, weights, k) -
                                                     muon_mode(depth, s(k), w0, lr, step)));
            exact_muon_step(backpropagation, weights, lr);
        }
        EXPECT_LT(largest, 0.01 * s(0)) << "depth " << depth;
        EXPECT_NEAR(mode(*problem, weights, 0), s(0), 0.01 * s(0));
    }
}

TEST(ClosedForms, sgds_sigmoid_is_what_small_steps_of_gradient_descent_do) {
    const double lr = 1e-3, scale = 0.1;
    for (int depth : {1, 2, 3, 4}) {
        const auto problem = aligned_problem(depth, scale);
        const Vector& s = problem->target_svd.s;
        auto backpropagation = backpropagation_of(problem);
        std::vector<Matrix> weights = problem->start;
        std::vector<double> steps;
        for (int step = 0; step <= 8000; step += 100) steps.push_back(step);
        std::vector<std::vector<double>> curves;
        const double a0 = std::pow(scale, depth);
        for (int k = 0; k < 6; ++k) curves.push_back(sgd_mode_curve(depth, s(k), a0, lr, steps));
        double largest = 0;
        for (int step = 0; step <= 8000; ++step) {
            if (step % 100 == 0)
                for (int k = 0; k < 6; ++k) {
                    const double predicted = curves[k][step / 100];
                    largest = std::max(largest, std::abs(mode(*problem, weights, k) - predicted));
                    ASSERT_NEAR(predicted, sgd_mode(depth, s(k), a0, lr * step), 1e-6);
                }
            backpropagation->gradients(weights, every_layer(depth));
            for (int l = 1; l <= depth; ++l) weights[l - 1] -= lr * backpropagation->gradient(l);
        }
        EXPECT_LT(largest, 0.01 * s(0)) << "depth " << depth;
        EXPECT_GT(mode(*problem, weights, 0), (depth < 4 ? 0.9 : 0.0) * s(0));
    }
}

TEST(ClosedForms, sgds_flow_solves_its_differential_equation) {
    for (int depth : {1, 2, 3, 5})
        for (double time : {0.1, 1.0, 3.0})
            for (const double s : {0.0, 0.2, 1.7}) {  // none, below the start, above it
                const double a0 = 0.3, h = 1e-4;
                const double slope =
                    (sgd_mode(depth, s, a0, time + h) - sgd_mode(depth, s, a0, time - h)) / (2 * h);
                const double a = sgd_mode(depth, s, a0, time);
                EXPECT_NEAR(slope, depth * std::pow(a, 2 - 2.0 / depth) * (s - a), 2e-6)
                    << depth << " layers, " << s << " after " << time;
            }
}

TEST(ClosedForms, sgds_flow_begins_at_its_start) {
    for (int depth : {1, 2, 3, 5})
        for (const double s : {0.0, 0.2, 1.7})
            for (const double a0 : {1e-6, 0.1, 1.5, 4.0}) {
                EXPECT_NEAR(sgd_mode(depth, s, a0, 0), a0, 1e-12) << depth << ", " << s;
                const std::vector<double> steps = {0, 1e-9};
                for (const double a : sgd_mode_curve(depth, s, a0, 0.1, steps))
                    EXPECT_NEAR(a, a0, 1e-7) << depth << ", " << s;
            }
}

TEST(ClosedForms, sgds_flow_is_at_rest_at_zero_and_at_its_target_and_never_overflows) {
    for (int depth : {2, 3, 4}) {
        EXPECT_EQ(sgd_mode(depth, 2, 0, 10), 0);
        EXPECT_NEAR(sgd_mode(depth, 2, 2, 10), 2, 1e-12);
        EXPECT_NEAR(sgd_mode(depth, 2, 0.5, 1e4), 2, 1e-9);
        EXPECT_LT(sgd_mode(depth, 0, 1, 50), 0.2);
        EXPECT_GT(sgd_mode(depth, 0, 1, 50), 0);
    }
}

TEST(ClosedForms, muon_brings_small_modes_home_first) {
    EXPECT_NEAR(muon_arrival(2, 4, 0.5, 0.01), 150, 1e-12);
    EXPECT_NEAR(muon_arrival(2, 1, 0.5, 0.01), 50, 1e-12);
    EXPECT_NEAR(muon_mode(2, 4, 0.5, 0.01, 50), 1, 1e-12);
    EXPECT_EQ(muon_mode(2, 4, 0.5, 0.01, 151), 4);
}

TEST(ClosedForms, plateaus_fall_from_the_whole_target_to_nothing) {
    const std::vector<double> s = {3, 2, 1};
    const std::vector<double> expected = {7, 2.5, 0.5, 0};
    EXPECT_EQ(plateaus(s), expected);
}

TEST(ClosedForms, gradient_descent_stays_at_the_minimum_below_the_critical_rate_only) {
    for (int depth : {1, 2, 3, 4}) {
        const auto problem = aligned_problem(depth, 0.1);
        for (double factor : {0.97, 1.03}) {
            auto backpropagation = backpropagation_of(problem);
            std::vector<Matrix> weights = problem->layer_targets;
            for (Matrix& weight : weights) weight *= 1 + 1e-7;
            const double lr = factor * critical_rate(depth, problem->target_svd.s(0));
            const double before = backpropagation->errors(weights).relative_error;
            for (int step = 0; step < 300; ++step) {
                backpropagation->gradients(weights, every_layer(depth));
                for (int l = 1; l <= depth; ++l)
                    weights[l - 1] -= lr * backpropagation->gradient(l);
            }
            const double after = backpropagation->errors(weights).relative_error;
            if (factor < 1) {
                EXPECT_LT(after, before) << depth;
            } else {
                EXPECT_GT(after, 100 * before) << depth;
            }
        }
    }
}

TEST(ClosedForms, simulated_phase_two_takes_the_predicted_steps) {
    for (LossKind loss : {LossKind::half, LossKind::relative})
        for (double first_scale : {0.8, 1.2}) {
            Experiment experiment;
            experiment.network.depth = 2;
            experiment.network.widths = {12, 16, 9};
            experiment.target.kind = TargetKind::gaussian;
            experiment.target.scale = 1;
            experiment.init.scale = first_scale;
            experiment.loss = loss;
            const auto problem = make_problem(experiment);
            const double lr = loss == LossKind::half ? 0.02 : 0.05;
            const double square = problem->target_norm * problem->target_norm;
            const double rate = loss == LossKind::half ? lr : 2 * lr / square;
            std::vector<Matrix> weights = problem->start;
            const double predicted =
                second_phase_steps(weights[0], weights[1], problem->target, rate, 0.05);

            auto backpropagation = backpropagation_of(problem);
            int steps = 0;
            while (backpropagation->errors(weights).relative_error > 0.05 && steps < 200000) {
                backpropagation->gradients(weights, {2});
                weights[1] -= lr * backpropagation->gradient(2);
                ++steps;
            }
            EXPECT_GT(steps, 20);
            EXPECT_NEAR(steps, predicted, 1);
        }
}

TEST(ClosedForms, phase_two_without_the_directions_it_needs_never_ends) {
    const Matrix target = Matrix::Identity(3, 3);
    const Matrix narrow = Matrix::Identity(2, 3);
    EXPECT_TRUE(std::isnan(second_phase_steps(narrow, Matrix::Zero(3, 2), target, 0.1, 0.05)));
    EXPECT_TRUE(std::isnan(
        second_phase_steps(target, Matrix::Zero(3, 3), target, 2.5, 0.05)));  // rate too high
    EXPECT_EQ(second_phase_steps(target, target, target, 0.1, 0.05), 0);
}

TEST(ClosedForms, aligned_exact_muon_conserves_the_difference_of_square_roots) {
    // W_(l+1) and W_l share singular values; both gain lr a step, so their difference stays.
    const auto problem = aligned_problem(2, 0.05);
    auto backpropagation = backpropagation_of(problem);
    std::vector<Matrix> weights = problem->start;
    weights[1] *= 1.5;
    const auto difference = [&] {
        const ThinSvd after = thin_svd(weights[1]), before = thin_svd(weights[0]);
        const Matrix right = after.v * after.s.asDiagonal() * after.v.transpose();
        const Matrix left = before.u * before.s.asDiagonal() * before.u.transpose();
        return Matrix(right - left);
    };
    const Matrix start = difference();
    for (int step = 0; step < 150; ++step) exact_muon_step(backpropagation, weights, 2e-3);
    EXPECT_LT((difference() - start).norm(), 1e-10);
}

}  // namespace
}  // namespace muonscope
