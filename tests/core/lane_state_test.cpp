// A lane that is given the state of another goes on as that one does, to the bit: whatever its
// optimisers, phases and data are, and wherever it had been.

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/experiment/lane.h"
#include "core/optim/rule.h"

namespace muonscope {
namespace {

struct Case {
    Experiment experiment;
    Recipe recipe;
};

Experiment small() {
    Experiment e;
    e.network.depth = 3;
    e.network.widths = {5, 6, 4, 5};
    e.target.modes = 3;
    return e;
}

OptimizerSpec of_kind(OptimizerKind kind) {
    OptimizerSpec spec;
    spec.kind = kind;
    spec.lr = 0.01;
    const Uses& uses = rule_of(kind).uses;
    if (uses.momentum) spec.momentum = 0.9;
    if (uses.momentum_form) spec.nesterov = spec.bias_corrected = true;
    spec.schedule.kind = RateSchedule::cosine;
    spec.schedule.length = 60;
    return spec;
}

Case of(const OptimizerSpec& optimizer) {
    Case result{small(), {}};
    result.recipe.phases.front().optimizer = optimizer;
    return result;
}

// Phases that end in mid-run: one after the other, and in turns, by steps and by what was reached.
Recipe staged(bool repeats) {
    Recipe recipe;
    recipe.phases.resize(3);
    recipe.phases[0].layers = {1};
    recipe.phases[0].objective = Objective::layer_target;
    recipe.phases[0].optimizer = of_kind(OptimizerKind::sgd);
    recipe.phases[0].until.steps = 7;
    recipe.phases[1].layers = {2, 3};
    recipe.phases[1].optimizer = of_kind(OptimizerKind::muon);
    recipe.phases[1].layer_optimizers.resize(3);
    recipe.phases[1].layer_optimizers[2] = of_kind(OptimizerKind::soap);
    recipe.phases[1].until.steps = 5;
    recipe.phases[1].until.loss = 1e-9;
    recipe.phases[2].optimizer = of_kind(OptimizerKind::adamw);
    recipe.phases[2].until.steps = 9;
    recipe.repeats = repeats;
    return recipe;
}

std::map<std::string, Case> cases() {
    std::map<std::string, Case> all;
    for (std::size_t k = 0; k < optimizer_rules().size(); ++k) {
        const OptimizerSpec spec = of_kind(static_cast<OptimizerKind>(k));
        const std::string name(optimizer_rules()[k]->slug);
        all[name] = of(spec);
        OptimizerSpec decayed = spec;
        decayed.decay = Decay::coupled;
        decayed.weight_decay = 0.1;
        all[name + ", coupled decay"] = of(decayed);
        Case noisy = of(spec);
        noisy.experiment.network.activation = Activation::tanh;
        noisy.experiment.data = {
            .kind = DataKind::samples, .samples = 30, .noise = 0.1, .batch = 7};
        all[name + ", tanh, minibatches"] = noisy;
        for (const Flavour& flavour : optimizer_rules()[k]->flavours)
            all[std::string(flavour.slug)] = of(flavour.spec);
    }
    for (const bool repeats : {false, true}) {
        const std::string name = repeats ? "in turns" : "staged";
        all[name] = {small(), staged(repeats)};
        all[name + ", minibatches"] = {small(), staged(repeats)};
        all[name + ", minibatches"].experiment.data = {
            .kind = DataKind::samples, .samples = 30, .noise = 0.1, .batch = 7};
    }
    Case own = of(of_kind(OptimizerKind::sgd));
    own.recipe.phases[0].layer_optimizers = {of_kind(OptimizerKind::shampoo), std::nullopt,
                                             of_kind(OptimizerKind::dion)};
    all["an optimiser a layer"] = own;
    Case short_run = of(of_kind(OptimizerKind::muon));
    short_run.recipe.until.relative_error = 0.98;
    all["ends by its error"] = short_run;
    Case steep = of(of_kind(OptimizerKind::sgd));
    steep.recipe.phases[0].optimizer.lr = 2;
    all["diverges"] = steep;
    return all;
}

Lane lane_of(const Case& of, const std::shared_ptr<const Problem>& problem, const Layout& layout,
             bool followed = true) {
    Lane lane(problem, of.recipe);
    if (followed) lane.follow(layout);
    return lane;
}

std::vector<double> row_of(Lane& lane, const Layout& layout) {
    std::vector<double> row(layout.channels());
    lane.measure(layout, {}, row);
    return row;
}

void expect_same_row(Lane& one, Lane& other, const Layout& layout) {
    const std::vector<std::string> names = channel_names(layout);
    const std::vector<double> a = row_of(one, layout), b = row_of(other, layout);
    for (std::size_t c = 0; c < a.size(); ++c)
        EXPECT_TRUE(a[c] == b[c] || (std::isnan(a[c]) && std::isnan(b[c])))
            << names[c] << ": " << a[c] << ", " << b[c];
}

void expect_same(Lane& one, Lane& other, const Layout& layout) {
    EXPECT_EQ(one.state_hash(), other.state_hash());
    EXPECT_EQ(one.weights(), other.weights());
    EXPECT_EQ(one.status(), other.status());
    EXPECT_EQ(one.phase(), other.phase());
    EXPECT_EQ(one.phase_steps(), other.phase_steps());
    EXPECT_EQ(one.fault().has_value(), other.fault().has_value());
    const auto same = [](std::span<const double> a, std::span<const double> b) {
        for (std::size_t c = 0; c < a.size(); ++c)
            EXPECT_TRUE(a[c] == b[c] || (std::isnan(a[c]) && std::isnan(b[c]))) << c;
    };
    same(std::as_const(one).followed().now(), std::as_const(other).followed().now());
    same(one.followed().before(), other.followed().before());
    same(std::as_const(one).followed().low(), std::as_const(other).followed().low());
    same(std::as_const(one).followed().high(), std::as_const(other).followed().high());
    expect_same_row(one, other, layout);
}

// How many of the states are of a lane that had ended.
int expect_to_lead_on(const Case& of, bool followed) {
    int ended = 0;
    const auto problem = make_problem(of.experiment);
    const Layout layout(*problem->model, problem->modes);
    Lane lane = lane_of(of, problem, layout, followed);
    Lane used = lane;  // goes elsewhere between two states
    const Lane stranger = lane_of(cases().at("an optimiser a layer"), problem, layout, followed);
    for (const int steps : {0, 1, 6, 1, 4, 3, 11}) {
        for (int i = 0; i < steps; ++i) lane.advance();
        SCOPED_TRACE("at step " + std::to_string(lane.step()));
        const bool ends = lane.status() != Lane::Status::training;
        ended += ends ? 1 : 0;
        const Lane::State state = lane.state();
        const NewestMove newest = lane.newest_move();
        Lane other = stranger, straight = lane;
        used.set_state(state, ends ? &newest : nullptr);
        other.set_state(state, &newest);
        for (Lane* put_back : {&used, &other}) EXPECT_EQ(put_back->state_hash(), lane.state_hash());
        expect_same_row(other, straight, layout);
        for (int i = 0; i < 8; ++i) {
            straight.advance();
            for (Lane* put_back : {&used, &other}) {
                put_back->advance();
                // Where it has just ended, its newest step is of before.
                if (put_back == &other || straight.step() > state.step || ends)
                    expect_same(*put_back, straight, layout);
            }
        }
        if (testing::Test::HasFailure()) break;
    }
    return ended;
}

TEST(LaneState, leads_on_to_the_same_bits_wherever_it_is_put_back) {
    int ended = 0;
    for (const auto& [name, of] : cases())
        for (const bool followed : {true, false}) {
            SCOPED_TRACE(name + (followed ? "" : ", not followed"));
            ended += expect_to_lead_on(of, followed);
            if (HasFailure()) return;
        }
    EXPECT_GT(ended, 8);
}

// The recipe is part of it: what was set since is forgotten, what is set from then on acts.
TEST(LaneState, takes_the_recipe_along) {
    const Case of = cases().at("muon");
    const auto problem = make_problem(of.experiment);
    const Layout layout(*problem->model, problem->modes);
    Recipe switched = of.recipe;
    switched.phases[0].optimizer = of_kind(OptimizerKind::adamw);
    Lane lane = lane_of(of, problem, layout);
    for (int i = 0; i < 5; ++i) lane.advance();
    const Lane::State state = lane.state();
    Lane other = lane;
    other.set_recipe(switched, true);
    for (int i = 0; i < 5; ++i) other.advance();
    other.set_state(state);
    EXPECT_EQ(other.recipe(), of.recipe);
    for (Lane* one : {&lane, &other}) {
        one->advance();
        one->set_recipe(switched, true);
        for (int i = 0; i < 3; ++i) one->advance();
    }
    expect_same(lane, other, layout);
}

TEST(LaneState, takes_its_weights_and_buffers_and_little_more) {
    for (const auto& [kind, matrices] : std::map<OptimizerKind, double>{
             {OptimizerKind::sgd, 1}, {OptimizerKind::muon, 1}, {OptimizerKind::adamw, 3}}) {
        Case of{small(), {}};
        of.experiment.network.widths.clear();
        of.experiment.network.width = 32;
        of.recipe.phases[0].optimizer.kind = kind;
        const auto problem = make_problem(of.experiment);
        Lane lane(problem, of.recipe);
        lane.advance();
        const double weights = 3 * 32 * 32 * sizeof(double);
        EXPECT_EQ(static_cast<double>(lane.state_bytes()), matrices * weights);
        Recipe momentum = of.recipe;
        momentum.phases[0].optimizer.momentum = 0.9;
        lane.set_recipe(momentum, true);
        lane.advance();
        const bool shared = kind != OptimizerKind::adamw;
        EXPECT_EQ(static_cast<double>(lane.state_bytes()), (matrices + (shared ? 1 : 0)) * weights);
        EXPECT_EQ(static_cast<double>(lane.newest_move_bytes()), 2 * weights);
    }
}

}  // namespace
}  // namespace muonscope
