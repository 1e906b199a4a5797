#include "core/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

// On a weight of zeros, which nothing here depends on.
Matrix update_of(LayerOptimizer& optimizer, const Matrix& gradient) {
    Matrix update(gradient.rows(), gradient.cols());
    optimizer.update(gradient, Matrix::Zero(gradient.rows(), gradient.cols()), update);
    return update;
}

OptimizerSpec sgd(double momentum, MomentumStyle style, bool nesterov) {
    OptimizerSpec spec;
    spec.lr = 0.1;
    spec.momentum = momentum;
    spec.momentum_style = style;
    spec.nesterov = nesterov;
    return spec;
}

// Updates for the gradients 1, 2, -1 on a 1 x 1 weight.
std::vector<double> three_updates(const OptimizerSpec& spec) {
    LayerOptimizer optimizer(1, 1, spec);
    std::vector<double> updates;
    for (double g : {1.0, 2.0, -1.0})
        updates.push_back(update_of(optimizer, Matrix::Constant(1, 1, g))(0, 0));
    return updates;
}

void expect_updates(const OptimizerSpec& spec, std::vector<double> expected) {
    const std::vector<double> updates = three_updates(spec);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(updates[i], expected[i], 1e-15) << i;
}

TEST(Optimizer, plain_sgd_steps_against_the_gradient) {
    expect_updates(sgd(0, MomentumStyle::heavy_ball, false), {-0.1, -0.2, 0.1});
    expect_updates(sgd(0, MomentumStyle::ema, true), {-0.1, -0.2, 0.1});
}

TEST(Optimizer, heavy_ball_follows_the_sequence_worked_by_hand) {
    // B: 1, .9 + 2 = 2.9, 2.61 - 1 = 1.61
    expect_updates(sgd(0.9, MomentumStyle::heavy_ball, false), {-0.1, -0.29, -0.161});
    // G + .9 B: 1.9, 4.61, -1 + 1.449 = .449
    expect_updates(sgd(0.9, MomentumStyle::heavy_ball, true), {-0.19, -0.461, -0.0449});
}

TEST(Optimizer, exponential_average_follows_the_sequence_worked_by_hand) {
    // M: .25, .1875 + .5 = .6875, .515625 - .25 = .265625
    expect_updates(sgd(0.75, MomentumStyle::ema, false), {-0.025, -0.06875, -0.0265625});
    // .25 G + .75 M: .4375, 1.015625, -.25 + .19921875 = -.05078125
    expect_updates(sgd(0.75, MomentumStyle::ema, true), {-0.04375, -0.1015625, 0.005078125});
}

OptimizerSpec muon(Precision precision = Precision::float64) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::muon;
    spec.lr = 0.05;
    spec.orthogonaliser.precision = precision;
    return spec;
}

TEST(Optimizer, muon_with_ema_and_heavy_ball_momentum_take_the_same_path) {
    for (bool nesterov : {false, true}) {
        OptimizerSpec ball = muon();
        ball.momentum = 0.9;
        ball.nesterov = nesterov;
        OptimizerSpec ema = ball;
        ema.momentum_style = MomentumStyle::ema;
        LayerOptimizer a(6, 9, ball), b(6, 9, ema);
        Matrix position_a = Matrix::Zero(6, 9), position_b = position_a;
        // Large gradients: only the 1e-7 in the prescale tells the two apart.
        Generator generator(3, Purpose::start);
        for (int step = 0; step < 40; ++step) {
            const Matrix gradient = 1e8 * generator.normal_matrix(6, 9);
            position_a += update_of(a, gradient);
            position_b += update_of(b, gradient);
        }
        EXPECT_LT((position_a - position_b).norm(), 1e-12);
    }
}

TEST(Optimizer, muon_moves_by_the_orthogonalised_gradient_and_its_laws_of_norm) {
    const Matrix gradient = Generator(1, Purpose::start).normal_matrix(8, 2);
    Matrix o(8, 2);
    Orthogonaliser(8, 2, {.precision = Precision::float64}).orthogonalise(gradient, o);

    const auto update = [&](NormLaw law, ShapeScale scale) {
        OptimizerSpec spec = muon();
        spec.norm_law = law;
        spec.shape_scale = scale;
        LayerOptimizer optimizer(8, 2, spec);
        return update_of(optimizer, gradient);
    };
    EXPECT_LT((update(NormLaw::constant, ShapeScale::none) + 0.05 * o).norm(), 1e-15);
    EXPECT_LT((update(NormLaw::constant, ShapeScale::jordan) + 0.05 * 2 * o).norm(), 1e-15);
    EXPECT_LT((update(NormLaw::constant, ShapeScale::rms) + 0.05 * .2 * std::sqrt(8.0) * o).norm(),
              1e-15);
    for (ShapeScale scale : {ShapeScale::none, ShapeScale::jordan, ShapeScale::rms}) {
        const Matrix matched = update(NormLaw::matched, scale);
        EXPECT_LT((matched + 0.05 * gradient.norm() / (o.norm() + 1e-7) * o).norm(), 1e-14);
        EXPECT_NEAR(matched.norm() / gradient.norm(), 0.05, 1e-8);
        EXPECT_LT((matched / matched.norm() + o / o.norm()).norm(), 1e-14);
    }
    // Jordan's scale never shrinks a wide layer.
    OptimizerSpec wide = muon();
    wide.shape_scale = ShapeScale::jordan;
    LayerOptimizer plain(2, 8, muon()), scaled(2, 8, wide);
    EXPECT_EQ(update_of(plain, gradient.transpose()), update_of(scaled, gradient.transpose()));
}

TEST(Optimizer, the_dual_norm_law_is_the_steepest_descent_step_of_the_exact_polar_factor) {
    const Matrix gradient = Generator(1, Purpose::start).normal_matrix(7, 4);
    OptimizerSpec spec = muon();
    spec.orthogonaliser.engine = Engine::svd;
    spec.norm_law = NormLaw::dual;
    LayerOptimizer dual(7, 4, spec);
    const double nuclear = singular_values(gradient).sum();
    EXPECT_LT((update_of(dual, gradient) + 0.05 * nuclear * polar_factor(gradient)).norm(), 1e-13);

    spec.norm_law = NormLaw::rms;
    LayerOptimizer rms(7, 4, spec);
    EXPECT_NEAR(update_of(rms, gradient).norm(), 0.05 * std::sqrt(28.0), 1e-14);
}

TEST(Optimizer, adamw_begins_with_moments_of_its_own) {
    OptimizerSpec adam;
    adam.kind = OptimizerKind::adamw;
    adam.lr = 0.1;
    const OptimizerSpec ball = sgd(0.9, MomentumStyle::heavy_ball, false);
    LayerOptimizer optimizer(1, 1, adam);
    const auto step = [&](double g) {
        return update_of(optimizer, Matrix::Constant(1, 1, g))(0, 0);
    };
    // The first bias-corrected step is lr long, whatever the gradient.
    EXPECT_NEAR(step(3), -0.1, 1e-8);
    optimizer.reconfigure(ball, false);
    EXPECT_NEAR(step(1), -0.1, 1e-15);
    EXPECT_NEAR(step(2), -0.29, 1e-15);
    optimizer.reconfigure(adam, true);
    EXPECT_NEAR(step(-5), 0.1, 1e-8);
    // Another rate leaves the moments alone; flushing them does not.
    OptimizerSpec slower = adam;
    slower.lr = 0.05;
    optimizer.reconfigure(slower, true);
    EXPECT_GT(std::abs(step(1e-3) + 0.05), 0.01);
    optimizer.reconfigure(slower, false);
    EXPECT_NEAR(step(1e-3), -0.05, 1e-6);
}

TEST(Optimizer, another_kind_keeps_the_momentum_or_flushes_it) {
    OptimizerSpec spec = sgd(0.9, MomentumStyle::heavy_ball, false);
    OptimizerSpec other = muon();
    other.momentum = 0.9;
    for (bool keep : {true, false}) {
        LayerOptimizer optimizer(1, 1, spec);
        update_of(optimizer, Matrix::Constant(1, 1, 1.0));
        optimizer.reconfigure(other, keep);
        optimizer.reconfigure(spec, keep);
        EXPECT_NEAR(update_of(optimizer, Matrix::Constant(1, 1, 2.0))(0, 0), keep ? -0.29 : -0.2,
                    1e-15);
    }
}

TEST(Optimizer, a_buffer_without_momentum_is_empty) {
    OptimizerSpec spec = sgd(0.9, MomentumStyle::heavy_ball, false);
    LayerOptimizer optimizer(1, 1, spec);
    update_of(optimizer, Matrix::Constant(1, 1, 1.0));
    OptimizerSpec none = spec;
    none.momentum = 0;
    optimizer.reconfigure(none, true);
    EXPECT_EQ(optimizer.momentum().buffer(0, 0), 0);
}

TEST(Optimizer, a_changed_precision_acts_on_the_next_update) {
    const Matrix gradient = Generator(1, Purpose::start).normal_matrix(5, 5);
    LayerOptimizer optimizer(5, 5, muon(Precision::float64));
    const Matrix fine = update_of(optimizer, gradient);
    optimizer.reconfigure(muon(Precision::bfloat16), true);
    const Matrix coarse = update_of(optimizer, gradient);
    LayerOptimizer fresh(5, 5, muon(Precision::bfloat16));
    EXPECT_EQ(coarse, update_of(fresh, gradient));
    EXPECT_NE(coarse, fine);
}

// Against the formula on a matrix whose decomposition is known.
TEST(Optimizer, spectral_power_raises_the_singular_values_and_keeps_their_vectors) {
    Generator generator(3, Purpose::target);
    const Matrix u = generator.orthogonal_matrix(7, 4), v = generator.orthogonal_matrix(5, 4);
    const Vector s{{3.0, 1.0, 0.25, 1e-3}};
    const Matrix g = u * s.asDiagonal() * v.transpose();
    OptimizerSpec spec;
    spec.kind = OptimizerKind::spectral;
    spec.lr = 0.1;
    for (double power : {1.0, 0.5, -0.5}) {
        spec.orthogonaliser.power = power;
        spec.norm_law = NormLaw::constant;
        // The fifth singular value is zero up to rounding, and no direction of its own is known.
        LayerOptimizer constant(7, 5, spec);
        const Matrix wanted = -0.1 * u * s.array().pow(power).matrix().asDiagonal() * v.transpose();
        const Matrix update = update_of(constant, g);
        EXPECT_LT((u.transpose() * (update - wanted) * v).norm(), 1e-7) << power;
        spec.norm_law = NormLaw::matched;
        LayerOptimizer matched(7, 5, spec);
        EXPECT_NEAR(update_of(matched, g).norm(), 0.1 * g.norm(), 1e-14) << power;
    }
}

TEST(Optimizer, a_zero_gradient_gives_a_zero_update) {
    for (NormLaw law : {NormLaw::constant, NormLaw::matched}) {
        OptimizerSpec spec = muon(Precision::float32);
        spec.norm_law = law;
        LayerOptimizer optimizer(3, 4, spec);
        EXPECT_EQ(update_of(optimizer, Matrix::Zero(3, 4)), Matrix::Zero(3, 4));
    }
}

}  // namespace
}  // namespace muonscope
