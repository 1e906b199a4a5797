// Rows of a lane with everything turned on: momentum, decay, a schedule, minibatches, a probe.

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/base/near_names.h"
#include "core/experiment/lane.h"
#include "core/experiment/probe.h"
#include "core/measure/tangent_kernel.h"
#include "core/optim/expected_norm.h"
#include "core/optim/schedule.h"
#include "tests/jacobi_svd.h"

namespace muonscope {
namespace {

Experiment lively() {
    Experiment e;
    e.network.depth = 3;
    e.network.width = 6;
    e.target.modes = 4;
    e.data = {.kind = DataKind::samples, .samples = 40, .noise = 0.3, .batch = 8};
    e.probe.layer = 2;
    e.probe.threshold = 0.4;
    return e;
}

Recipe lively_recipe() {
    Recipe recipe;
    OptimizerSpec& o = recipe.phases.front().optimizer;
    o.lr = 0.02;
    o.momentum = 0.8;
    o.decay = Decay::rate;
    o.weight_decay = 0.3;
    o.schedule.kind = RateSchedule::linear;
    o.schedule.length = 50;
    return recipe;
}

TEST(LaneRows, hold_probe_norms_and_parts_of_the_update_by_their_own_names) {
    const auto problem = make_problem(lively());
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    Lane lane(problem, lively_recipe());
    for (int i = 0; i < 12; ++i) lane.advance();
    const std::vector<Matrix> before = lane.weights();
    lane.advance();
    lane.measure(layout, problem->experiment.probe, row);

    const ProbeResult probe = Probe(problem).measure(lane.weights(), problem->experiment.probe);
    EXPECT_EQ(row[layout.probe_floor()], probe.floor);
    EXPECT_EQ(row[layout.probe_after_k()], probe.after_k);
    EXPECT_LT(probe.floor, probe.after_k);
    // Of all data, whatever batch the newest step saw.
    const Matrix residual = product(lane.weights()) * problem->data.inputs - problem->data.labels;
    EXPECT_NEAR(row[layout.loss()], 0.5 * residual.squaredNorm() / 40, 1e-12);
    EXPECT_NEAR(row[layout.relative_error()], residual.norm() / problem->data.labels.norm(), 1e-12);

    const OptimizerSpec& optimizer = lane.recipe().phases[0].optimizer;
    const double rate = optimizer.lr * rate_share(optimizer.schedule, 12);
    for (int layer = 1; layer <= 3; ++layer) {
        const std::size_t at = layer - 1;
        const Matrix update = lane.weights()[at] - before[at];
        const double along = before[at].cwiseProduct(update).sum() / before[at].norm();
        EXPECT_NEAR(row[layout.weight_norm(layer)], lane.weights()[at].norm(), 1e-12);
        EXPECT_NEAR(row[layout.update_along(layer)], along, 1e-12);
        EXPECT_NEAR(row[layout.update_across(layer)],
                    std::sqrt(update.squaredNorm() - along * along), 1e-10);
        EXPECT_NEAR(row[layout.rate(layer)], rate, 1e-15);
        const double expected = expected_norm(optimizer, rate, update.norm());
        if (std::isnan(expected)) {
            EXPECT_TRUE(std::isnan(row[layout.expected_norm(layer)]));
        } else {
            EXPECT_NEAR(row[layout.expected_norm(layer)], expected, 1e-9);
        }
    }
}

// Against sums over Eigen's own singular values.
TEST(LaneRows, hold_what_sums_up_the_spectrum_of_the_product_and_of_each_layer) {
    const auto problem = make_problem(lively());
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    Lane lane(problem, lively_recipe());
    for (int i = 0; i < 60; ++i) lane.advance();
    lane.measure(layout, problem->experiment.probe, row);
    const auto expect = [&](int source, const Matrix& matrix) {
        const Vector s = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
        EXPECT_NEAR(row[layout.stable_rank(source)], matrix.squaredNorm() / (s(0) * s(0)), 1e-10);
        EXPECT_NEAR(row[layout.condition(source)] * s(s.size() - 1) / s(0), 1, 1e-8);
        const auto entropy = [](const Vector& p) { return -(p.array() * p.array().log()).sum(); };
        const Vector squares = s.cwiseAbs2();
        EXPECT_NEAR(row[layout.effective_rank(source)], std::exp(entropy(s / s.sum())), 1e-10);
        EXPECT_NEAR(row[layout.flatness(source)],
                    std::exp(entropy(squares / squares.sum())) / static_cast<double>(s.size()),
                    1e-10);
        EXPECT_EQ(row[layout.numerical_rank(source)], static_cast<double>(s.size()));
    };
    const Matrix p = product(lane.weights());
    expect(0, p);
    for (int layer = 1; layer <= 3; ++layer) expect(layer, lane.weights()[layer - 1]);

    const ThinSvd& target = problem->target_svd;
    int learned = 0;
    for (Eigen::Index k = 0; k < problem->modes; ++k)
        if (target.u.col(k).dot(p * target.v.col(k)) >= 0.9 * target.s(k)) ++learned;
    EXPECT_GT(learned, 0);
    EXPECT_LT(learned, problem->modes);
    EXPECT_EQ(row[layout.modes_learned()], learned);
}

// Layer by layer λ_eff is that of the tangent kernel of the step's start, whatever the loss.
TEST(LaneRows, hold_how_fast_descent_on_each_layer_alone_would_go) {
    for (const LossKind loss : {LossKind::half, LossKind::relative, LossKind::mean})
        for (const bool samples : {false, true}) {
            Experiment experiment = lively();
            experiment.loss = loss;
            experiment.data.kind = samples ? DataKind::samples : DataKind::whitened;
            experiment.data.batch = 0;
            const auto problem = make_problem(experiment);
            const Layout layout(*problem->model, problem->modes);
            std::vector<double> row(layout.channels());
            Lane lane(problem, lively_recipe());
            lane.follow(layout);
            for (int i = 0; i < 20; ++i) lane.advance();
            const std::vector<Matrix> before = lane.weights();
            lane.advance();
            lane.measure(layout, problem->experiment.probe, row);
            for (int layer = 1; layer <= 3; ++layer) {
                TangentKernel kernel(before, std::vector<char>(3, 0), problem->data.inputs,
                                     {layer});
                const double expected = kernel.lambda_eff(kernel.outputs() - problem->data.labels);
                EXPECT_NEAR(row[layout.lambda_eff(layer)] / expected, 1, 1e-9);
            }
        }
}

TEST(LaneRows, know_no_descent_where_steps_do_not_see_all_data) {
    Experiment experiment = lively();
    ASSERT_GT(experiment.data.batch, 0);
    const auto problem = make_problem(experiment);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    Lane lane(problem, lively_recipe());
    lane.follow(layout);
    lane.advance();
    lane.measure(layout, problem->experiment.probe, row);
    EXPECT_TRUE(std::isnan(row[layout.lambda_eff(1)]));
}

// The end of a phase is looked for in all data, not in the batch at hand.
TEST(LaneRows, a_phase_of_minibatches_ends_by_the_error_of_all_data) {
    const auto problem = make_problem(lively());
    const auto error = [&](const Lane& lane) {
        return (product(lane.weights()) * problem->data.inputs - problem->data.labels).norm() /
               problem->data.labels.norm();
    };
    Recipe endless = lively_recipe();
    Lane free(problem, endless);
    for (int i = 0; i < 25; ++i) free.advance();
    const double bound = error(free);
    int first = 25;
    Lane again(problem, endless);
    for (int step = 0; step < 25; ++step, again.advance())
        if (error(again) <= bound) {
            first = step;
            break;
        }
    Recipe ends = endless;
    ends.phases.front().until.relative_error = bound * (1 + 1e-12);
    Lane lane(problem, ends);
    while (lane.advance() == Lane::Status::training) {
    }
    EXPECT_EQ(lane.step(), first);
}

TEST(Problem, a_softmax_probes_teacher_sorts_samples_into_many_classes) {
    Experiment e = lively();
    e.probe.task = ProbeTask::softmax;
    e.probe.samples = 200;
    const auto problem = make_problem(e);
    ASSERT_EQ(problem->probe_labels.cols(), 200);
    std::set<Eigen::Index> classes;
    for (Eigen::Index j = 0; j < 200; ++j) {
        EXPECT_EQ(problem->probe_labels.col(j).sum(), 1);
        Eigen::Index best = 0;
        EXPECT_EQ(problem->probe_labels.col(j).maxCoeff(&best), 1);
        classes.insert(best);
    }
    EXPECT_GT(classes.size(), 5u);
    // Samples that are alike are of one class: the teacher is a linear map.
    const Matrix& x = problem->probe_inputs;
    int alike = 0, same = 0;
    for (Eigen::Index i = 0; i < 200; ++i)
        for (Eigen::Index j = 0; j < i; ++j)
            if (x.col(i).normalized().dot(x.col(j).normalized()) > 0.93) {
                ++alike;
                same += problem->probe_labels.col(i) == problem->probe_labels.col(j) ? 1 : 0;
            }
    ASSERT_GT(alike, 3);
    EXPECT_GT(same, alike / 2);
}

TEST(Problem, points_belong_to_the_class_whose_mean_they_lie_around) {
    Experiment e = lively();
    e.classes = {.count = 5, .points = 3, .spread = 0.01};
    const auto problem = make_problem(e);
    ASSERT_EQ(problem->point_class.size(), 15u);
    for (Eigen::Index i = 0; i < 15; ++i) {
        const double x = problem->target_svd.v.col(0).dot(problem->points.col(i));
        const double y = problem->target_svd.v.col(1).dot(problem->points.col(i));
        double turn = std::atan2(y, x) / (2 * std::acos(-1.0));
        if (turn < -0.05) turn += 1;
        EXPECT_EQ(problem->point_class[i], std::lround(5 * turn)) << i;
    }
}

TEST(NearNames, two_letters_exchanged_are_one_mistake) {
    const std::vector<std::string> names{"lr", "spike", "network.width"};
    EXPECT_EQ(did_you_mean("rl", names), "did you mean lr?");
    EXPECT_EQ(did_you_mean("widht", names), "did you mean network.width?");
    EXPECT_EQ(did_you_mean("sipke", names), "did you mean spike?");
    EXPECT_EQ(did_you_mean("zz", names), "");
}

}  // namespace
}  // namespace muonscope
