// The hash stands for everything that the next step depends on: whatever of it differs, the hash
// differs. Lanes below take steps of length zero, so that their weights stay equal to the bit while
// one buffer alone does not.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <set>

#include "core/experiment/lane.h"
#include "core/model/chain.h"

namespace muonscope {
namespace {

Experiment experiment() {
    Experiment experiment;
    experiment.network.depth = 3;
    experiment.network.width = 5;
    experiment.target.modes = 3;
    return experiment;
}

std::shared_ptr<const Problem> problem() {
    static const auto made = make_problem(experiment());
    return made;
}

Recipe at_rest(OptimizerKind kind) {
    Recipe recipe;
    OptimizerSpec& optimizer = recipe.phases.front().optimizer;
    optimizer.kind = kind;
    optimizer.lr = 0;
    if (kind != OptimizerKind::adamw) optimizer.momentum = 0.9;
    return recipe;
}

Lane after(Recipe recipe, int steps) {
    Lane lane(problem(), std::move(recipe));
    for (int i = 0; i < steps; ++i) lane.advance();
    return lane;
}

// Both stand at the same step with the same weights, and yet the second goes another way.
void expect_told_apart(const Lane& one, const Lane& other) {
    ASSERT_EQ(one.step(), other.step());
    ASSERT_EQ(one.phase(), other.phase());
    ASSERT_EQ(one.weights(), other.weights());
    EXPECT_NE(one.state_hash(), other.state_hash());
}

TEST(StateHash, tells_momentum_buffers_apart) {
    for (const auto kind : {OptimizerKind::sgd, OptimizerKind::muon, OptimizerKind::spectral}) {
        Recipe other = at_rest(kind);
        other.phases.front().optimizer.momentum = 0.5;
        expect_told_apart(after(at_rest(kind), 3), after(other, 3));
    }
}

TEST(StateHash, tells_the_momentum_buffer_of_every_single_layer_apart) {
    for (int layer = 1; layer <= 3; ++layer) {
        Recipe other = at_rest(OptimizerKind::sgd);
        Phase& phase = other.phases.front();
        phase.layer_optimizers.resize(layer);
        phase.layer_optimizers.back() = phase.optimizer;
        phase.layer_optimizers.back()->momentum = 0.5;
        expect_told_apart(after(at_rest(OptimizerKind::sgd), 3), after(other, 3));
    }
}

TEST(StateHash, tells_both_of_adamws_moments_apart) {
    for (double OptimizerSpec::*beta : {&OptimizerSpec::beta1, &OptimizerSpec::beta2}) {
        Recipe other = at_rest(OptimizerKind::adamw);
        other.phases.front().optimizer.*beta = 0.7;
        expect_told_apart(after(at_rest(OptimizerKind::adamw), 3), after(other, 3));
    }
}

// A gradient of zero leaves every buffer empty, whatever the step.
void expect_told_apart_by_steps_seen(const Recipe& recipe) {
    Recipe plain = at_rest(OptimizerKind::sgd);
    plain.phases.front().optimizer.momentum = 0;
    Problem solved = *problem();
    solved.start = solved.layer_targets;
    solved.target = product(solved.start, solved.experiment.network);
    solved.data.labels = solved.target;
    const auto shared = std::make_shared<const Problem>(solved);
    Lane one(shared, recipe), other(shared, plain);
    for (int i = 0; i < 3; ++i) one.advance();
    other.advance();
    other.set_recipe(recipe, true);
    for (int i = 0; i < 2; ++i) other.advance();
    expect_told_apart(one, other);
}

TEST(StateHash, tells_apart_how_many_steps_adamws_moments_have_seen) {
    expect_told_apart_by_steps_seen(at_rest(OptimizerKind::adamw));
}

TEST(StateHash, tells_apart_how_many_steps_a_corrected_momentum_has_seen) {
    Recipe corrected = at_rest(OptimizerKind::sgd);
    corrected.phases.front().optimizer.bias_corrected = true;
    expect_told_apart_by_steps_seen(corrected);
}

TEST(StateHash, tells_apart_where_the_schedules_of_phases_stand) {
    const auto phases = [](std::int64_t first) {
        Recipe recipe = at_rest(OptimizerKind::sgd);
        recipe.phases.front().optimizer.momentum = 0;
        recipe.phases.resize(2, recipe.phases.front());
        recipe.phases.front().until.steps = first;
        return recipe;
    };
    expect_told_apart(after(phases(2), 5), after(phases(3), 5));
}

TEST(StateHash, tells_apart_every_bit_of_every_weight) {
    std::set<std::uint64_t> hashes;
    std::size_t expected = 0;
    const auto add = [&](const std::function<void(Problem&)>& change) {
        Problem changed = *problem();
        change(changed);
        const Lane lane(std::make_shared<const Problem>(changed), at_rest(OptimizerKind::sgd));
        hashes.insert(lane.state_hash());
        ++expected;
    };
    add([](Problem&) {});
    for (std::size_t l = 0; l < 3; ++l)
        for (Eigen::Index i = 0; i < 25; ++i) {
            double& (*at)(Problem&, std::size_t, Eigen::Index) = [](Problem& p, std::size_t layer,
                                                                    Eigen::Index entry) -> double& {
                return p.start[layer].data()[entry];
            };
            add([&](Problem& p) { at(p, l, i) = -at(p, l, i); });
            add([&](Problem& p) { at(p, l, i) = std::nextafter(at(p, l, i), 9.0); });
            // Two signs at once, and the exponent: what only high bits say has to come down.
            add([&](Problem& p) {
                at(p, l, i) = -at(p, l, i);
                at(p, (l + 1) % 3, i) = -at(p, (l + 1) % 3, i);
            });
            add([&](Problem& p) { at(p, l, i) *= 0x1p-64; });
        }
    EXPECT_EQ(hashes.size(), expected);
}

}  // namespace
}  // namespace muonscope
