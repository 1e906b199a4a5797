#include "core/measure/conditioning.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/experiment/lane.h"
#include "core/experiment/one_layer_descent.h"
#include "core/experiment/presets.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

Matrix kronecker(const Matrix& a, const Matrix& b) {
    Matrix result(a.rows() * b.rows(), a.cols() * b.cols());
    for (Eigen::Index i = 0; i < a.rows(); ++i)
        for (Eigen::Index j = 0; j < a.cols(); ++j)
            result.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
    return result;
}

// Four layers of different widths and data: the Jacobian of vec(P X) written out.
TEST(conditioning, is_that_of_the_jacobian_written_out) {
    Generator generator(3, Purpose::start);
    const std::vector<int> widths{3, 4, 5, 4, 3};
    std::vector<Matrix> weights;
    for (std::size_t l = 1; l < widths.size(); ++l)
        weights.push_back(generator.normal_matrix(widths[l], widths[l - 1]));
    const Matrix inputs = generator.normal_matrix(3, 6);
    const Conditioning result = conditioning(weights, inputs);
    for (std::size_t l = 0; l < weights.size(); ++l) {
        Matrix below = inputs, above = Matrix::Identity(widths[l + 1], widths[l + 1]);
        for (std::size_t k = 0; k < l; ++k) below = weights[k] * below;
        for (std::size_t k = l + 1; k < weights.size(); ++k) above = weights[k] * above;
        // Those that are zero by shape left out: nothing wider than 3 comes through X or W_4, and
        // where a factor is the identity nothing is lost.
        const Vector s = singular_values(kronecker(below.transpose(), above));
        const auto rank = 3 * (l + 1 < weights.size() ? 3 : above.rows());
        const double expected = s(0) / s(rank - 1);
        EXPECT_NEAR(result.jacobians[l].condition() / expected, 1, 1e-9) << l;
        EXPECT_NEAR(result.jacobians[l].largest() / s(0), 1, 1e-12) << l;
        const Vector own = singular_values(weights[l]);
        EXPECT_NEAR(result.layers[l] / (own(0) / own(own.size() - 1)), 1, 1e-12);
    }
    const Vector p = singular_values(weights[3] * weights[2] * weights[1] * weights[0]);
    EXPECT_NEAR(result.product / (p(0) / p(2)), 1, 1e-9);
}

TEST(conditioning, of_a_single_layer_is_perfect_and_of_singular_ones_infinite) {
    const Conditioning single = conditioning({Matrix::Constant(2, 2, 1)}, {});
    EXPECT_EQ(single.jacobians[0].condition(), 1);
    EXPECT_EQ(single.jacobians[0].best_ratio(), 0);
    const Conditioning zero = conditioning({Matrix::Zero(2, 2), Matrix::Identity(2, 2)}, {});
    EXPECT_TRUE(std::isinf(zero.layers[0]));
    EXPECT_TRUE(std::isinf(zero.product));
    EXPECT_EQ(zero.jacobians[0].condition(), 1);
    EXPECT_EQ(zero.jacobians[1].best_ratio(), 1);
    const Conditioning none =
        conditioning({Matrix::Constant(2, 2, std::nan("")), Matrix::Identity(2, 2)}, {});
    EXPECT_TRUE(std::isnan(none.layers[0]));
    EXPECT_TRUE(std::isnan(none.jacobians[1].condition()));
}

TEST(conditioning, has_the_same_ratio_at_both_ends_at_its_best_rate) {
    LayerJacobian jacobian{{3, 0.5}, {2, 0.25}};
    EXPECT_EQ(jacobian.condition(), 48);
    const double best = jacobian.best_rate();
    EXPECT_NEAR(jacobian.ratio(best), jacobian.best_ratio(), 1e-15);
    EXPECT_GT(jacobian.ratio(1.01 * best), jacobian.best_ratio());
    EXPECT_GT(jacobian.ratio(0.99 * best), jacobian.best_ratio());
    EXPECT_GT(jacobian.ratio(2.1 / 36), 1);  // above 2/s_1^2 it grows
}

// The error left after a step over the error before it, as soon as the error is a billionth of
// where it began: late enough for the slowest direction to be alone, early enough for rounding.
double late_ratio(const Experiment& experiment, int layer, double lr) {
    Recipe recipe;
    recipe.phases.front().layers = {layer};
    recipe.phases.front().optimizer.lr = lr;
    Lane lane(make_problem(experiment), recipe);
    double first = 0, before = 0, after = 1;
    for (int step = 0; step < 20000; ++step) {
        lane.advance();
        before = after;
        after = lane.relative_error_before();
        if (step == 0) first = after;
        if (after < 1e-9 * first) return after / before;
    }
    return std::nan("");
}

// A small net for each loss, whitened and with data, each layer in its turn: the measured ratio is
// within a hundredth part of the predicted distance to 1.
TEST(one_layer_descent, shrinks_the_error_as_its_condition_number_says) {
    for (const LossKind loss : {LossKind::half, LossKind::relative, LossKind::mean})
        for (const bool data : {false, true}) {
            Experiment experiment;
            experiment.network.depth = 3;
            experiment.network.width = 4;
            experiment.target.modes = 4;
            experiment.init.kind = InitKind::conditioned;
            experiment.init.condition = 3;
            experiment.loss = loss;
            if (data) experiment.data = {.kind = DataKind::samples, .samples = 40};
            const auto problem = make_problem(experiment);
            for (int layer = 1; layer <= 3; ++layer) {
                const LayerJacobian jacobian =
                    conditioning(problem->start, problem->data.inputs).jacobians[layer - 1];
                const double best = learning_rate(*problem, jacobian.best_rate());
                for (const double share : {1.0, 0.5}) {
                    const double lr = share * best;
                    const double predicted = jacobian.ratio(half_loss_rate(*problem, lr));
                    if (share == 1.0) {
                        EXPECT_NEAR(predicted, jacobian.best_ratio(), 1e-12);
                    }
                    EXPECT_NEAR(late_ratio(experiment, layer, lr), predicted,
                                0.01 * (1 - predicted))
                        << "layer " << layer << (data ? " data" : " whitened") << share;
                }
            }
        }
}

TEST(one_layer_descent, speaks_of_plain_descent_on_one_layer_of_a_linear_net) {
    const Spec& spec = preset("conditioning");
    const auto layer_after = [&](auto change) {
        Experiment experiment = spec.experiment;
        Phase phase = spec.lanes[0].phases[0];
        change(experiment, phase);
        return layer_trained_alone(experiment, phase);
    };
    EXPECT_EQ(layer_after([](auto&, auto&) {}), 1);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.layers = {2}; }), 2);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.layers = {}; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.optimizer.momentum = 0.5; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.optimizer.decay = Decay::rate; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.optimizer.radial_only = true; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.optimizer.schedule.warmup = 5; }), 0);
    EXPECT_EQ(
        layer_after([](auto&, Phase& p) { p.optimizer.schedule.kind = RateSchedule::cosine; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.optimizer.kind = OptimizerKind::muon; }), 0);
    EXPECT_EQ(layer_after([](auto&, Phase& p) { p.objective = Objective::layer_target; }), 0);
    EXPECT_EQ(layer_after([](Experiment& e, auto&) { e.network.activation = Activation::tanh; }),
              0);
    EXPECT_EQ(layer_after([](Experiment& e, auto&) {
                  e.data = {.kind = DataKind::samples, .samples = 64, .batch = 8};
              }),
              0);
}

TEST(Presets, conditioning_shows_the_predicted_ratio) {
    const Spec& spec = preset("conditioning");
    const auto problem = make_problem(spec.experiment);
    const LayerJacobian jacobian = conditioning(problem->start, problem->data.inputs).jacobians[0];
    EXPECT_NEAR(jacobian.condition(), 10, 1e-9);
    for (const std::size_t lane : {0, 2}) {
        const double lr = spec.lanes[lane].phases[0].optimizer.lr;
        const double predicted = jacobian.ratio(half_loss_rate(*problem, lr));
        EXPECT_NEAR(predicted, lane == 0 ? 0.980 : 0.990, 5e-4);
        EXPECT_NEAR(late_ratio(spec.experiment, 1, lr), predicted, 0.01 * (1 - predicted));
    }
}

}  // namespace
}  // namespace muonscope
