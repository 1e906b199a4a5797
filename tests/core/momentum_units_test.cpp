#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/parameters.h"
#include "core/optim/flavours.h"
#include "core/optim/optimizer.h"
#include "core/random/generator.h"

// What a switch does to what the buffers remember.
namespace muonscope {
namespace {

constexpr auto ball = MomentumStyle::heavy_ball, ema = MomentumStyle::ema;

OptimizerSpec spec_of(OptimizerKind kind, double lr, double momentum, MomentumStyle style,
                      bool nesterov) {
    OptimizerSpec spec;
    spec.kind = kind;
    spec.lr = lr;
    spec.momentum = momentum;
    spec.momentum_style = style;
    spec.nesterov = nesterov;
    spec.orthogonaliser.precision = Precision::float64;
    return spec;
}

Matrix update_of(LayerOptimizer& optimizer, const Matrix& gradient) {
    Matrix update(gradient.rows(), gradient.cols());
    optimizer.update(gradient, Matrix::Zero(gradient.rows(), gradient.cols()), update);
    return update;
}

// One optimiser keeps the average, the other changes its style at random and mu with the first.
// Rates: SGD's heavy ball is 1/(1 - mu) averages long, Muon forgets scale.
double largest_difference(OptimizerKind kind, bool nesterov, MomentumStyle first,
                          std::uint64_t seed) {
    Generator generator(seed, Purpose::start);
    const std::vector<double> sizes{0.3, 0.9, 0.95, 0.999};
    double mu = sizes[seed % sizes.size()];
    MomentumStyle style = first;
    const auto wanted = [&](MomentumStyle kept) {
        const double share = kind == OptimizerKind::sgd && kept == ball ? 1 - mu : 1;
        return spec_of(kind, 0.1 * share, mu, kept, nesterov);
    };
    LayerOptimizer average(5, 7, wanted(ema)), switching(5, 7, wanted(style));
    // Large gradients: only the 1e-7 in Muon's prescale tells a ball from an average.
    const double scale = kind == OptimizerKind::sgd ? 1 : 1e8;
    double worst = 0;
    int switches = 0;
    for (int step = 0; step < 60; ++step) {
        if (step % 7 == 6) {
            if (generator.below(2) == 0) mu = sizes[generator.below(sizes.size())];
            style = style == ball ? ema : ball;
            ++switches;
            average.reconfigure(wanted(ema), true);
            switching.reconfigure(wanted(style), true);
        }
        const Matrix gradient = scale * generator.normal_matrix(5, 7);
        worst =
            std::max(worst, (update_of(average, gradient) - update_of(switching, gradient)).norm());
    }
    EXPECT_GE(switches, 5);
    return worst;
}

TEST(MomentumUnits, the_path_is_the_same_when_style_and_mu_change_on_the_way) {
    for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::muon})
        for (const bool nesterov : {false, true})
            for (const MomentumStyle first : {ball, ema})
                for (const std::uint64_t seed : {1, 2, 3, 4})
                    EXPECT_LT(largest_difference(kind, nesterov, first, seed), 1e-12)
                        << static_cast<int>(kind) << nesterov << static_cast<int>(first) << seed;
}

TEST(MomentumUnits, another_kind_takes_over_the_average_and_not_the_number) {
    // B: 1, .9 + 2 = 2.9: an average of .29. M: .9 x .29 + .1 x 3 = .561.
    LayerOptimizer optimizer(1, 1, spec_of(OptimizerKind::sgd, 0.1, 0.9, ball, false));
    update_of(optimizer, Matrix::Constant(1, 1, 1.0));
    update_of(optimizer, Matrix::Constant(1, 1, 2.0));
    const OptimizerSpec muon = spec_of(OptimizerKind::muon, 0.1, 0.9, ema, false);
    EXPECT_EQ(optimizer.reconfigure(muon, true), MomentumFate::converted);
    update_of(optimizer, Matrix::Constant(1, 1, 3.0));
    EXPECT_NEAR(optimizer.momentum().buffer(0, 0), 0.561, 1e-15);
    // And back, with mu .75: .561/.25 x .75 + 1.
    const OptimizerSpec sgd = spec_of(OptimizerKind::sgd, 0.1, 0.75, ball, false);
    EXPECT_EQ(optimizer.reconfigure(sgd, true), MomentumFate::converted);
    update_of(optimizer, Matrix::Constant(1, 1, 1.0));
    EXPECT_NEAR(optimizer.momentum().buffer(0, 0), 2.683, 1e-14);
}

TEST(MomentumUnits, adamws_first_moment_becomes_the_buffer_and_begins_anew_the_other_way) {
    OptimizerSpec adam;
    adam.kind = OptimizerKind::adamw;
    adam.lr = 0.1;
    for (const MomentumStyle style : {ball, ema}) {
        const OptimizerSpec sgd = spec_of(OptimizerKind::sgd, 0.1, 0.75, style, false);
        LayerOptimizer optimizer(1, 1, adam);
        update_of(optimizer, Matrix::Constant(1, 1, 3.0));  // m = .3
        EXPECT_EQ(optimizer.reconfigure(sgd, true), MomentumFate::converted);
        EXPECT_TRUE(optimizer.own_buffers().empty());
        update_of(optimizer, Matrix::Constant(1, 1, 1.0));
        EXPECT_NEAR(optimizer.momentum().buffer(0, 0),
                    style == ball ? 0.3 / 0.25 * 0.75 + 1 : 0.3 * 0.75 + 0.25, 1e-15);
        EXPECT_EQ(optimizer.reconfigure(adam, true), MomentumFate::flushed);
        EXPECT_EQ(optimizer.seen(), 0);
        EXPECT_NEAR(update_of(optimizer, Matrix::Constant(1, 1, -5.0))(0, 0), 0.1, 1e-8);
    }
}

TEST(MomentumUnits, what_became_of_the_momentum_is_said) {
    const OptimizerSpec heavy = spec_of(OptimizerKind::sgd, 0.1, 0.9, ball, false);
    OptimizerSpec average = heavy, none = heavy, other_rate = heavy, adam = heavy, longer = heavy;
    average.momentum_style = ema;
    none.momentum = 0;
    other_rate.lr = 0.2;
    adam.kind = OptimizerKind::adamw;
    longer.momentum = 0.99;
    const auto after_one_step = [](const OptimizerSpec& from, const OptimizerSpec& to, bool keep) {
        LayerOptimizer optimizer(2, 2, from);
        EXPECT_EQ(optimizer.reconfigure(to, keep), MomentumFate::none);
        optimizer.reconfigure(from, keep);
        update_of(optimizer, Matrix::Identity(2, 2));
        return optimizer.reconfigure(to, keep);
    };
    EXPECT_EQ(after_one_step(heavy, other_rate, true), MomentumFate::kept);
    EXPECT_EQ(after_one_step(heavy, average, true), MomentumFate::converted);
    EXPECT_EQ(after_one_step(heavy, longer, true), MomentumFate::converted);
    EXPECT_EQ(after_one_step(average, average, true), MomentumFate::kept);
    EXPECT_EQ(after_one_step(heavy, average, false), MomentumFate::flushed);
    EXPECT_EQ(after_one_step(heavy, none, true), MomentumFate::flushed);
    EXPECT_EQ(after_one_step(none, heavy, true), MomentumFate::none);
    EXPECT_EQ(after_one_step(heavy, adam, true), MomentumFate::flushed);
    EXPECT_EQ(after_one_step(adam, heavy, true), MomentumFate::converted);
    EXPECT_EQ(after_one_step(adam, none, true), MomentumFate::flushed);
    EXPECT_EQ(after_one_step(adam, adam, true), MomentumFate::kept);
    EXPECT_EQ(after_one_step(adam, adam, false), MomentumFate::flushed);
}

TEST(MomentumUnits, changes_between_two_steps_leave_the_bits_of_the_last_alone) {
    const auto spec = [](double mu, MomentumStyle style) {
        return spec_of(OptimizerKind::sgd, 0.1, mu, style, true);
    };
    LayerOptimizer there_and_back(3, 3, spec(0.9, ball)), quiet(3, 3, spec(0.9, ball)),
        by_ways(3, 3, spec(0.9, ball)), at_once(3, 3, spec(0.9, ball));
    Generator generator(5, Purpose::start);
    for (int step = 0; step < 9; ++step) {
        const Matrix gradient = generator.normal_matrix(3, 3);
        const Matrix update = update_of(quiet, gradient);
        EXPECT_EQ(update_of(there_and_back, gradient), update);
        EXPECT_EQ(update_of(by_ways, gradient), update_of(at_once, gradient));
        there_and_back.reconfigure(spec(0.7, ema), true);
        there_and_back.reconfigure(spec(0.33, ball), true);
        there_and_back.reconfigure(spec(0.9, ball), true);
        const double mu = 0.5 + 0.05 * step;
        by_ways.reconfigure(spec(0.1, ball), true);
        by_ways.reconfigure(spec(mu, ema), true);
        by_ways.reconfigure(spec(mu, ball), true);
        at_once.reconfigure(spec(mu, ball), true);
    }
}

Experiment experiment(double scale) {
    Experiment experiment;
    experiment.network.depth = 3;
    experiment.network.width = 6;
    experiment.target.kind = TargetKind::gaussian;
    experiment.target.scale = scale;
    return experiment;
}

// Layers with optimisers of their own, each switched at its own step; the other lane keeps
// averages all along.
TEST(MomentumUnits, lanes_whose_layers_switch_at_different_steps_take_the_same_path) {
    const auto layers = [](const std::vector<MomentumStyle>& styles, double mu_of_2) {
        Recipe recipe;
        Phase& phase = recipe.phases.front();
        for (std::size_t i = 0; i < styles.size(); ++i)
            phase.layer_optimizers.emplace_back(
                spec_of(OptimizerKind::muon, 0.01, i == 1 ? mu_of_2 : 0.9, styles[i], i == 2));
        return recipe;
    };
    // Gradients beside which the 1e-7 of the prescale is nothing.
    const auto problem = make_problem(experiment(1e6));
    Lane average(problem, layers({ema, ema, ema}, 0.95));
    Lane switching(problem, layers({ball, ema, ball}, 0.95));
    const auto advance = [&](int steps) {
        for (int i = 0; i < steps; ++i) {
            average.advance();
            switching.advance();
        }
        for (std::size_t l = 0; l < 3; ++l)
            EXPECT_LT((average.weights()[l] - switching.weights()[l]).norm(), 1e-12)
                << "layer " << l + 1 << " step " << average.step();
    };
    advance(8);
    using Fates = std::vector<MomentumFate>;
    constexpr auto none = MomentumFate::none, converted = MomentumFate::converted;
    EXPECT_EQ(switching.set_recipe(layers({ema, ema, ball}, 0.95), true),
              (Fates{converted, none, none}));
    advance(5);
    EXPECT_EQ(switching.set_recipe(layers({ema, ball, ball}, 0.95), true),
              (Fates{none, converted, none}));
    advance(6);
    EXPECT_EQ(switching.set_recipe(layers({ema, ball, ema}, 0.8), true),
              (Fates{none, converted, converted}));
    average.set_recipe(layers({ema, ema, ema}, 0.8), true);
    advance(6);
    EXPECT_EQ(switching.set_recipe(layers({ball, ema, ball}, 0.8), true),
              (Fates{converted, converted, converted}));
    advance(6);
}

TEST(MomentumUnits, a_librarys_conventions_take_the_average_over) {
    const auto problem = make_problem(experiment(4));
    const auto buffer_after = [&](std::string_view library, double mu) {
        Recipe recipe;
        recipe.phases.front().optimizer = spec_of(OptimizerKind::sgd, 1e-3, 0.9, ball, false);
        LayerOptimizer optimizer(1, 1, recipe.phases.front().optimizer);
        update_of(optimizer, Matrix::Constant(1, 1, 2.0));  // B = 2: an average of .2
        OptimizerSpec spec = recipe.phases.front().optimizer;
        set(spec, "flavour", std::string(library));
        spec.momentum = mu;
        EXPECT_EQ(optimizer.reconfigure(spec, true), MomentumFate::converted) << library;
        update_of(optimizer, Matrix::Zero(1, 1));
        return optimizer.momentum().buffer(0, 0);
    };
    EXPECT_NEAR(buffer_after("jordan", 0.5), 0.2 * 0.5, 1e-15);
    EXPECT_NEAR(buffer_after("moonlight", 0.5), 0.2 / 0.5 * 0.5, 1e-15);
    EXPECT_NEAR(buffer_after("moonlight", 0.95), 0.2 / 0.05 * 0.95, 1e-14);
}

// With a rate of zero lanes differ in what they remember and in nothing else.
TEST(MomentumUnits, the_state_hash_knows_every_buffer_and_clock) {
    const auto problem = make_problem(experiment(4));
    OptimizerSpec base;
    base.lr = 0;
    base.momentum = 0.5;
    const auto hash = [&](const OptimizerSpec& first, const OptimizerSpec& then, int layer,
                          int steps = 6) {
        Recipe recipe;
        recipe.phases.front().optimizer = base;
        recipe.phases.front().layer_optimizers.resize(3);
        recipe.phases.front().layer_optimizers[layer] = first;
        Lane lane(problem, recipe);
        for (int i = 0; i < 3; ++i) lane.advance();
        recipe.phases.front().layer_optimizers[layer] = then;
        lane.set_recipe(recipe, true);
        for (int i = 3; i < steps; ++i) lane.advance();
        EXPECT_EQ(lane.weights(), problem->start);
        return lane.state_hash();
    };
    OptimizerSpec longer = base, average = base, adam = base, first = base, second = base;
    longer.momentum = 0.25;
    average.momentum_style = ema;
    adam.kind = first.kind = second.kind = OptimizerKind::adamw;
    first.beta1 = 0.8;
    second.beta2 = 0.99;
    OptimizerSpec forgetful = adam, plain = base;
    forgetful.beta1 = forgetful.beta2 = 0;
    plain.momentum = 0;
    std::set<std::uint64_t> hashes{hash(base, base, 0)};
    std::size_t count = 1;
    for (int layer = 0; layer < 3; ++layer)
        for (const std::uint64_t other :
             {hash(longer, longer, layer), hash(average, average, layer), hash(adam, adam, layer),
              hash(first, first, layer), hash(second, second, layer),
              // Moments alike, their clocks apart.
              hash(forgetful, forgetful, layer), hash(plain, forgetful, layer),
              // Still to be converted.
              hash(longer, base, layer, 3)}) {
            hashes.insert(other);
            ++count;
        }
    EXPECT_EQ(hashes.size(), count);
}

TEST(MomentumUnits, a_buffer_waiting_to_be_converted_has_another_hash) {
    const auto problem = make_problem(experiment(4));
    Recipe heavy, average;
    heavy.phases.front().optimizer = spec_of(OptimizerKind::sgd, 0.01, 0.9, ball, false);
    average.phases.front().optimizer = spec_of(OptimizerKind::sgd, 0.01, 0.9, ema, false);
    Lane lane(problem, heavy);
    for (int i = 0; i < 5; ++i) lane.advance();
    Lane waiting = lane;
    waiting.set_recipe(average, true);
    EXPECT_NE(waiting.state_hash(), lane.state_hash());
    waiting.set_recipe(heavy, true);
    EXPECT_EQ(waiting.state_hash(), lane.state_hash());
}

}  // namespace
}  // namespace muonscope
