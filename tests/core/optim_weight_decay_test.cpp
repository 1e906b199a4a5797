#include "core/optim/weight_decay.h"

#include <gtest/gtest.h>

#include "core/optim/expected_norm.h"
#include "core/optim/optimizer.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

OptimizerSpec decaying(Decay decay, double weight_decay = 0.5) {
    OptimizerSpec spec;
    spec.lr = 0.1;
    spec.decay = decay;
    spec.weight_decay = weight_decay;
    return spec;
}

Matrix row(std::initializer_list<double> values) {
    Matrix matrix(1, static_cast<Eigen::Index>(values.size()));
    Eigen::Index i = 0;
    for (const double value : values) matrix(0, i++) = value;
    return matrix;
}

Matrix step(const OptimizerSpec& spec, const Matrix& gradient, const Matrix& weight) {
    LayerOptimizer optimizer(weight.rows(), weight.cols(), spec);
    Matrix update(weight.rows(), weight.cols());
    optimizer.update(gradient, weight, update);
    return update;
}

// W = (2, -2), G = (1, 1): SGD moves by (-.1, -.1), which shrinks the first entry alone.
TEST(WeightDecay, each_kind_does_what_its_formula_says) {
    const Matrix weight = row({2, -2}), gradient = row({1, 1});
    const auto expect = [&](Decay decay, double first, double second) {
        EXPECT_LT((step(decaying(decay), gradient, weight) - row({first, second})).norm(), 1e-15)
            << static_cast<int>(decay);
    };
    expect(Decay::none, -0.1, -0.1);
    expect(Decay::rate, -0.2, 0.0);
    expect(Decay::rate_squared, -0.2, 0.0);  // at the full rate the same
    expect(Decay::cautious, -0.2, -0.1);
    expect(Decay::coupled, -0.2, 0.0);

    // At a tenth of the rate: gamma = .01.
    const auto late = [&](Decay decay, double first, double second) {
        OptimizerSpec spec = decaying(decay);
        spec.schedule.warmup = 10;
        EXPECT_LT((step(spec, gradient, weight) - row({first, second})).norm(), 1e-15)
            << static_cast<int>(decay);
    };
    late(Decay::rate, -0.02, 0.0);
    late(Decay::rate_squared, -0.011, -0.009);
}

TEST(WeightDecay, muon_does_not_see_decay_that_is_decoupled_and_turns_by_that_which_is_coupled) {
    Generator generator(2, Purpose::start);
    const Matrix weight = generator.normal_matrix(5, 3), gradient = generator.normal_matrix(5, 3);
    OptimizerSpec plain = decaying(Decay::none);
    plain.kind = OptimizerKind::muon;
    OptimizerSpec rate = plain, coupled = plain;
    rate.decay = Decay::rate;
    coupled.decay = Decay::coupled;
    EXPECT_LT((step(rate, gradient, weight) - step(plain, gradient, weight) + 0.05 * weight).norm(),
              1e-14);
    EXPECT_LT(
        (step(coupled, gradient, weight) - step(plain, gradient + 0.5 * weight, weight)).norm(),
        1e-14);
}

TEST(WeightDecay, an_update_is_split_into_a_part_along_the_weights_and_one_across) {
    const UpdateParts parts = split_update(row({3, 4}), row({-5, 10}));
    EXPECT_NEAR(parts.along, 5, 1e-14);  // (-15 + 40)/5
    EXPECT_NEAR(parts.across, 10, 1e-14);
    EXPECT_EQ(split_update(row({0, 0}), row({3, 4})).across, 5);
}

TEST(WeightDecay, across_only_turns_where_that_is_asked) {
    Generator generator(3, Purpose::start);
    const Matrix weight = generator.normal_matrix(6, 6), gradient = generator.normal_matrix(6, 6);
    OptimizerSpec spec = decaying(Decay::rate);
    const Matrix plain = step(spec, gradient, weight);
    spec.radial_only = true;
    const Matrix turned = step(spec, gradient, weight);
    EXPECT_NEAR((weight + turned).norm(), weight.norm() + split_update(weight, plain).along, 1e-13);
    // The direction is that of the plain step.
    EXPECT_LT(((weight + turned).normalized() - (weight + plain).normalized()).norm(), 1e-14);
    EXPECT_EQ(step(spec, gradient, Matrix::Zero(6, 6)),
              step(decaying(Decay::rate), gradient, Matrix::Zero(6, 6)));
}

// Gradients that know nothing of the weights: |W|^2 in the mean over a long run.
double settled_over_expected(OptimizerSpec spec, double reference_rate) {
    LayerOptimizer optimizer(12, 8, spec);
    Generator generator(5, Purpose::noise);
    Matrix weight = Matrix::Zero(12, 8), update(12, 8);
    double squares = 0, expected = 0;
    const int steps = 12000, settled = 4000;
    for (int i = 0; i < steps; ++i) {
        optimizer.update(generator.normal_matrix(12, 8), weight, update);
        weight += update;
        if (i < settled) continue;
        squares += weight.squaredNorm();
        const double level = expected_norm(spec, reference_rate, update.norm());
        expected += level * level;
    }
    return squares / expected;
}

TEST(ExpectedNorm, is_where_weights_settle_under_updates_that_do_not_depend_on_them) {
    OptimizerSpec muon = decaying(Decay::rate, 0.25);
    muon.lr = 0.02;
    muon.kind = OptimizerKind::muon;
    muon.orthogonaliser.engine = Engine::svd;
    // Half of each |W|^2's 96 terms is forgotten in 1/(2 gamma lambda) = 100 steps: over 8000 steps
    // the mean is known to about 2 %.
    EXPECT_NEAR(settled_over_expected(muon, muon.lr), 1, 0.06);
    OptimizerSpec sgd = decaying(Decay::rate, 0.25);
    sgd.lr = 0.02;
    sgd.momentum = 0.8;
    EXPECT_NEAR(settled_over_expected(sgd, sgd.lr), 1, 0.08);
    sgd.nesterov = true;
    EXPECT_NEAR(settled_over_expected(sgd, sgd.lr), 1, 0.08);
}

// Polar factors of averages that share most of their gradients are less alike than the averages.
TEST(ExpectedNorm, of_muon_with_momentum_is_an_upper_estimate) {
    OptimizerSpec muon = decaying(Decay::rate, 0.25);
    muon.lr = 0.02;
    muon.kind = OptimizerKind::muon;
    muon.orthogonaliser.engine = Engine::svd;
    muon.momentum = 0.8;
    muon.momentum_style = MomentumStyle::ema;
    for (const bool nesterov : {false, true}) {
        muon.nesterov = nesterov;
        const double share = settled_over_expected(muon, muon.lr);  // of squares
        EXPECT_GT(share, 0.75);
        EXPECT_LT(share, 1);
    }
}

// min(A, B) scale^2 is exact Muon's C.
TEST(ExpectedNorm, of_exact_muon_is_known_beforehand) {
    OptimizerSpec spec = decaying(Decay::rate, 0.25);
    spec.kind = OptimizerKind::muon;
    const double level = expected_norm(spec, spec.lr, spec.lr * std::sqrt(8.0));
    EXPECT_NEAR(level, std::sqrt(spec.lr * 8 / (2 * 0.25)), 1e-15);
}

TEST(ExpectedNorm, with_decay_by_the_squared_rate_is_the_same_at_every_rate) {
    OptimizerSpec spec = decaying(Decay::rate_squared, 0.25);
    const double full = expected_norm(spec, spec.lr, spec.lr * 3);
    EXPECT_NEAR(expected_norm(spec, spec.lr / 7, spec.lr / 7 * 3), full, 1e-14);
    spec.decay = Decay::rate;
    EXPECT_NEAR(expected_norm(spec, spec.lr / 4, spec.lr / 4 * 3), full / 2, 1e-14);
}

TEST(ExpectedNorm, is_not_given_where_nothing_is_known) {
    for (Decay decay : {Decay::none, Decay::cautious, Decay::coupled})
        EXPECT_TRUE(std::isnan(expected_norm(decaying(decay), 0.1, 1)));
    EXPECT_TRUE(std::isnan(expected_norm(decaying(Decay::rate, 0), 0.1, 1)));
}

// Where steps across W only turn it, |W| settles up to ten times lower than the rule says: no level
// is given rather than a wrong one.
TEST(ExpectedNorm, is_not_given_where_steps_across_only_turn) {
    OptimizerSpec spec = decaying(Decay::rate, 0.25);
    spec.lr = 0.02;
    spec.radial_only = true;
    EXPECT_TRUE(std::isnan(expected_norm(spec, spec.lr, 1)));
    LayerOptimizer optimizer(12, 8, spec);
    Generator generator(5, Purpose::noise);
    Matrix weight = generator.normal_matrix(12, 8), update(12, 8);
    double squares = 0, expected = 0;
    for (int i = 0; i < 6000; ++i) {
        optimizer.update(generator.normal_matrix(12, 8), weight, update);
        weight += update;
        if (i < 3000) continue;
        squares += weight.squaredNorm();
        OptimizerSpec plain = spec;
        plain.radial_only = false;
        expected += std::pow(expected_norm(plain, plain.lr, update.norm()), 2);
    }
    EXPECT_LT(std::sqrt(squares / expected), 0.5);
}

}  // namespace
}  // namespace muonscope
