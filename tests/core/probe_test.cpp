#include "core/experiment/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/experiment/problem.h"
#include "tests/jacobi_svd.h"

namespace muonscope {
namespace {

Experiment experiment_of(ProbeTask task, std::vector<int> widths = {8, 6, 8, 5}) {
    Experiment experiment;
    experiment.network.depth = static_cast<int>(widths.size()) - 1;
    experiment.network.widths = std::move(widths);
    experiment.target.scale = 2;
    experiment.init.scale = 1;
    experiment.probe.task = task;
    experiment.probe.threshold = 0.6;
    return experiment;
}

Matrix response(const Problem& problem, int layer, const Matrix& inputs) {
    Matrix h = inputs;
    for (int l = 0; l < layer; ++l) {
        h = problem.start[l] * h;
        if (problem.experiment.network.activation == Activation::tanh &&
            l + 1 < static_cast<int>(problem.start.size()))
            h = h.array().tanh().matrix();
    }
    return h;
}

struct Descent {
    double after_k = -1, steps = std::nan("");
};

// The head trained by real steps.
Descent real_steps(const Matrix& h, const Matrix& target, const ProbeSpec& spec, int most) {
    Descent result;
    Matrix head = Matrix::Zero(target.rows(), h.rows());
    for (int t = 0; t <= most; ++t) {
        const Matrix error = head * h - target;
        if (std::isnan(result.steps) && error.norm() <= spec.threshold * target.norm())
            result.steps = t;
        if (t == spec.steps) result.after_k = 0.5 * error.squaredNorm();
        head -= spec.lr * error * h.transpose();
    }
    return result;
}

TEST(Probe, linear_tasks_are_what_real_gradient_steps_do) {
    for (ProbeTask task : {ProbeTask::target, ProbeTask::random_labels})
        for (Activation activation : {Activation::linear, Activation::tanh})
            for (int layer : {1, 2, 3}) {
                Experiment experiment = experiment_of(task);
                experiment.network.activation = activation;
                const auto problem = make_problem(experiment);
                for (int steps : {0, 1, 20}) {
                    ProbeSpec spec = experiment.probe;
                    spec.layer = layer;
                    spec.steps = steps;
                    const ProbeResult result = Probe(problem).measure(problem->start, spec);
                    const Matrix h = response(*problem, layer, Matrix::Identity(8, 8));
                    const Matrix& target = problem->probe_labels;
                    const Descent real = real_steps(h, target, spec, 3000);
                    const Matrix residual =
                        target.transpose() -
                        h.transpose() *
                            Eigen::JacobiSVD<Matrix>(h.transpose(),
                                                     Eigen::ComputeThinU | Eigen::ComputeThinV)
                                .solve(Matrix(target.transpose()));
                    EXPECT_NEAR(result.floor, 0.5 * residual.squaredNorm(), 1e-10);
                    EXPECT_NEAR(result.after_k, real.after_k, 1e-10 * target.squaredNorm());
                    if (std::isnan(real.steps)) {
                        EXPECT_TRUE(std::isnan(result.steps) || result.steps > 3000);
                    } else {
                        EXPECT_EQ(result.steps, real.steps);
                    }
                    EXPECT_LE(result.floor, result.after_k * (1 + 1e-12));
                }
            }
}

TEST(Probe, a_threshold_below_the_floor_and_a_rate_too_high_are_never_reached) {
    const auto problem = make_problem(experiment_of(ProbeTask::target, {8, 2, 8}));
    ProbeSpec spec = problem->experiment.probe;
    spec.layer = 1;
    spec.threshold = 1e-3;  // two hidden units cannot carry eight modes
    EXPECT_TRUE(std::isnan(Probe(problem).measure(problem->start, spec).steps));
    spec.threshold = 0.9;
    spec.lr = 100;
    spec.steps = 1000;
    const ProbeResult diverged = Probe(problem).measure(problem->start, spec);
    EXPECT_TRUE(std::isnan(diverged.steps));
    EXPECT_TRUE(std::isinf(diverged.after_k) || diverged.after_k > 1e100);
    EXPECT_TRUE(std::isfinite(diverged.floor));
}

TEST(Probe, a_layer_beyond_the_depth_is_the_last_one) {
    const auto problem = make_problem(experiment_of(ProbeTask::target));
    ProbeSpec spec = problem->experiment.probe;
    spec.layer = 3;
    const ProbeResult last = Probe(problem).measure(problem->start, spec);
    spec.layer = 12;
    EXPECT_EQ(Probe(problem).measure(problem->start, spec).after_k, last.after_k);
}

TEST(Probe, the_perfect_representation_of_the_target_has_no_floor) {
    const auto problem = make_problem(experiment_of(ProbeTask::target, {6, 6, 6}));
    ProbeSpec spec = problem->experiment.probe;
    spec.layer = 1;
    spec.threshold = 0.05;
    const ProbeResult result =
        Probe(problem).measure({Matrix::Identity(6, 6), problem->start[1]}, spec);
    EXPECT_LT(result.floor, 1e-20);
    // Every mode shrinks by .95 a step: .95^58 is above .05 and .95^59 below.
    EXPECT_EQ(result.steps, std::ceil(std::log(0.05) / std::log(0.95)));
}

TEST(Probe, weights_that_are_not_finite_give_not_a_number) {
    for (ProbeTask task : {ProbeTask::target, ProbeTask::softmax}) {
        const auto problem = make_problem(experiment_of(task));
        std::vector<Matrix> weights = problem->start;
        weights[0](0, 0) = std::nan("");
        const ProbeResult result = Probe(problem).measure(weights, problem->experiment.probe);
        EXPECT_TRUE(std::isnan(result.floor) && std::isnan(result.after_k) &&
                    std::isnan(result.steps));
    }
}

// Mean cross-entropy and share misclassified of a head, one sample at a time.
struct Scores {
    double loss = 0, wrong = 0;
    Matrix gradient;
};
Scores plain_softmax(const Matrix& head, const Matrix& h, const Matrix& labels) {
    Scores result;
    const auto n = static_cast<double>(h.cols());
    result.gradient = Matrix::Zero(head.rows(), head.cols());
    for (Eigen::Index j = 0; j < h.cols(); ++j) {
        const Vector score = head * h.col(j);
        double sum = 0;
        for (double s : score) sum += std::exp(s);
        Eigen::Index own = 0;
        labels.col(j).maxCoeff(&own);
        bool right = true;
        for (Eigen::Index c = 0; c < score.size(); ++c) right &= c == own || score(c) < score(own);
        result.loss -= std::log(std::exp(score(own)) / sum) / n;
        result.wrong += (right ? 0 : 1) / n;
        Vector p = score.array().exp() / sum;
        p(own) -= 1;
        result.gradient += p * h.col(j).transpose() / n;
    }
    return result;
}

TEST(Probe, softmax_is_what_real_gradient_steps_written_out_plainly_do) {
    Experiment experiment = experiment_of(ProbeTask::softmax);
    experiment.probe.lr = 0.5;
    experiment.probe.threshold = 0.4;
    const auto problem = make_problem(experiment);
    ASSERT_EQ(problem->probe_labels.rows(), 8);
    ASSERT_EQ(problem->probe_labels.cols(), 512);
    EXPECT_EQ(problem->probe_labels.sum(), 512);
    const ProbeResult result = Probe(problem).measure(problem->start, experiment.probe);

    const Matrix h = response(*problem, 2, problem->probe_inputs);
    Matrix head = Matrix::Zero(8, h.rows());
    double after_k = -1, steps = std::nan("");
    for (int t = 0; t <= 300; ++t) {
        const Scores scores = plain_softmax(head, h, problem->probe_labels);
        if (t == experiment.probe.steps) after_k = scores.loss;
        if (std::isnan(steps) && scores.wrong <= 0.4) steps = t;
        head -= 0.5 * scores.gradient;
    }
    EXPECT_NEAR(result.after_k, after_k, 1e-12);
    if (std::isnan(steps)) {
        EXPECT_TRUE(std::isnan(result.steps) || result.steps > 300);
    } else {
        EXPECT_EQ(result.steps, steps);
    }

    Matrix least =
        Eigen::JacobiSVD<Matrix>(Matrix(h.transpose()), Eigen::ComputeThinU | Eigen::ComputeThinV)
            .solve(Matrix(problem->probe_labels.transpose()))
            .transpose();
    EXPECT_NEAR(result.floor, plain_softmax(least, h, problem->probe_labels).loss, 1e-10);
}

TEST(Probe, a_share_misclassified_that_equals_the_threshold_has_come_to_it) {
    Experiment experiment = experiment_of(ProbeTask::softmax);
    experiment.probe.lr = 0.5;
    experiment.probe.threshold = 1;  // at the start no sample is right
    const auto problem = make_problem(experiment);
    EXPECT_EQ(Probe(problem).measure(problem->start, experiment.probe).steps, 0);
    // Whatever share the head has after some steps: the first step with no more is found.
    const Matrix h = response(*problem, 2, problem->probe_inputs);
    Matrix head = Matrix::Zero(8, h.rows());
    std::vector<double> shares;
    for (int t = 0; t <= 40; ++t) {
        const Scores scores = plain_softmax(head, h, problem->probe_labels);
        shares.push_back(std::round(512 * scores.wrong) / 512);
        head -= 0.5 * scores.gradient;
    }
    for (const std::size_t t : {1, 5, 20, 40}) {
        experiment.probe.threshold = shares[t];
        const auto first = std::find_if(shares.begin(), shares.end(),
                                        [&](double share) { return share <= shares[t]; });
        EXPECT_EQ(Probe(problem).measure(problem->start, experiment.probe).steps,
                  static_cast<double>(first - shares.begin()))
            << "a share of " << shares[t];
    }
}

}  // namespace
}  // namespace muonscope
