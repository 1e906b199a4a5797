#include "core/experiment/step_trade.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "core/linalg/spectrum.h"
#include "tests/errors.h"
#include "tests/jacobi_svd.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

constexpr int layer = 2;

// batch 0: all data.
std::shared_ptr<const Problem> small_problem(int batch = 0) {
    Experiment experiment;
    experiment.network.depth = 3;
    experiment.network.widths = {8, 6, 8, 5};
    experiment.target.scale = 2;
    experiment.init.scale = 1;
    experiment.probe.steps = 7;
    experiment.probe.threshold = 0.6;
    if (batch > 0) experiment.data = {.kind = DataKind::samples, .samples = 40, .batch = batch};
    return make_problem(experiment);
}

StepTrades trades_of(const std::shared_ptr<const Problem>& problem) {
    return StepTrades(problem, problem->start, layer, problem->experiment.probe);
}

double half_loss(const Problem& problem, const Matrix& middle) {
    return 0.5 * (problem.start[2] * middle * problem.start[0] - problem.target).squaredNorm();
}

// The loss of a head from zero on the layer's output, by real steps of gradient descent.
double downstream_loss(const Problem& problem, const Matrix& middle) {
    const Matrix h = middle * problem.start[0];
    const ProbeSpec& spec = problem.experiment.probe;
    Matrix head = Matrix::Zero(problem.target.rows(), h.rows());
    for (int t = 0; t < spec.steps; ++t)
        head -= spec.lr * (head * h - problem.target) * h.transpose();
    return 0.5 * (head * h - problem.target).squaredNorm();
}

TEST(StepTrades, are_what_matrices_by_hand_give) {
    const auto problem = small_problem();
    StepTrades trades = trades_of(problem);
    const Matrix& middle = problem->start[1];
    const Matrix gradient = problem->start[2].transpose() *
                            (problem->start[2] * middle * problem->start[0] - problem->target) *
                            problem->start[0].transpose();
    EXPECT_LT((trades.gradient() - gradient).norm(), 1e-13 * gradient.norm());
    EXPECT_NEAR(trades.loss(), half_loss(*problem, middle), 1e-13);
    for (const double power : {-0.5, 0.0, 0.3, 1.0}) {
        const double length = 0.1;
        const Matrix update = trades.spectral_step(power, length);
        const StepTrade trade = trades.of(update);
        EXPECT_NEAR(trade.length, length, 1e-15);
        EXPECT_NEAR(trade.loss, half_loss(*problem, middle + update), 1e-12);
        EXPECT_NEAR(trade.descent, half_loss(*problem, middle) - trade.loss, 1e-12);
        EXPECT_NEAR(trade.given_up,
                    trade.loss - half_loss(*problem, middle - gradient * length / gradient.norm()),
                    1e-12);
        EXPECT_NEAR(trade.fidelity,
                    -update.cwiseProduct(gradient).sum() / (update.norm() * gradient.norm()),
                    1e-13);
        EXPECT_NEAR(trade.preservation,
                    1 - (update * problem->start[0]).norm() / (middle * problem->start[0]).norm(),
                    1e-13);
        EXPECT_NEAR(trade.probe.after_k, downstream_loss(*problem, middle + update), 1e-11);
        EXPECT_NEAR(trade.gained,
                    downstream_loss(*problem, middle) - downstream_loss(*problem, middle + update),
                    1e-11);
    }
}

// In a phase that trains the layer towards a target of its own, that distance is the loss.
TEST(StepTrades, towards_a_layers_own_target_are_what_matrices_by_hand_give) {
    for (const LossKind loss : {LossKind::half, LossKind::relative}) {
        Experiment experiment;
        experiment.network.depth = 2;
        experiment.network.width = 6;
        experiment.target.modes = 4;
        experiment.loss = loss;
        const auto problem = make_problem(experiment);
        StepTrades trades(problem, problem->start, 1, experiment.probe, Objective::layer_target);
        const Matrix& w = problem->start[0];
        const Matrix missing = w - problem->layer_targets[0];
        const double scale = loss == LossKind::half ? 1 : 2 / problem->target.squaredNorm();
        EXPECT_LT((trades.gradient() - scale * missing).norm(), 1e-13 * missing.norm());
        EXPECT_NEAR(trades.loss(), 0.5 * scale * missing.squaredNorm(), 1e-13);
        const Matrix update = trades.spectral_step(0, 0.2);
        const StepTrade trade = trades.of(update);
        EXPECT_NEAR(trade.loss, 0.5 * scale * (missing + update).squaredNorm(), 1e-13);
        EXPECT_NEAR(trade.given_up,
                    trade.loss - 0.5 * scale * (missing * (1 - 0.2 / missing.norm())).squaredNorm(),
                    1e-13);
        // And the same to the last bit as the gradient that a lane takes.
        Recipe recipe;
        recipe.phases.front().layers = {1};
        recipe.phases.front().objective = Objective::layer_target;
        Lane lane(problem, recipe);
        lane.advance();
        EXPECT_EQ(*lane.newest_move(1).gradient, trades.gradient());
    }
    Experiment narrow;  // its layers cannot hold factors of the target
    narrow.network.widths = {8, 2, 8};
    narrow.network.depth = 2;
    narrow.target.modes = 5;
    const auto problem = make_problem(narrow);
    EXPECT_THROW(StepTrades(problem, problem->start, 1, narrow.probe, Objective::layer_target),
                 Error);
}

TEST(StepTrades, spectral_steps_are_powers_of_the_gradients_singular_values) {
    const auto problem = small_problem();
    const StepTrades trades = trades_of(problem);
    const Eigen::JacobiSVD<Matrix> svd(trades.gradient(),
                                       Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::Index rank = svd.rank();
    for (const double power : {-0.5, 0.0, 0.5, 1.0}) {
        Vector values = Vector::Zero(svd.singularValues().size());
        values.head(rank) = svd.singularValues().head(rank).array().pow(power);
        const Matrix wanted = -(svd.matrixU() * values.asDiagonal() * svd.matrixV().transpose());
        const Matrix step = trades.spectral_step(power, 3);
        EXPECT_LT((step - wanted * 3 / wanted.norm()).norm(), 1e-10) << power;
    }
}

TEST(StepTrades, give_nothing_up_along_the_gradient_and_most_where_it_ends_least) {
    const auto problem = small_problem();
    StepTrades trades = trades_of(problem);
    EXPECT_NEAR(trades.of(trades.spectral_step(1, 0.05)).given_up, 0, 1e-14);
    EXPECT_NEAR(trades.of(trades.spectral_step(1, 0.05)).fidelity, 1, 1e-14);
    double before = 0;
    // The lower the power, the less of a short step lies along the gradient.
    for (const double power : {0.8, 0.5, 0.2, 0.0, -0.3, -0.5}) {
        const double given_up = trades.of(trades.spectral_step(power, 1e-4)).given_up;
        EXPECT_GT(given_up, before) << power;
        before = given_up;
    }
    // The exact polar factor: |G|_*/(sqrt(r) |G|).
    const Vector values = singular_values(trades.gradient());
    const double rank = static_cast<double>(
        numerical_rank(values, trades.gradient().rows(), trades.gradient().cols()));
    EXPECT_NEAR(trades.of(trades.spectral_step(0, 0.1)).fidelity,
                values.sum() / (std::sqrt(rank) * values.norm()), 1e-12);
}

TEST(StepTrades, steps_of_optimisers_are_their_first) {
    const auto problem = small_problem();
    StepTrades trades = trades_of(problem);
    OptimizerSpec sgd;
    sgd.lr = 0.3;
    EXPECT_LT((trades.step_of(sgd) + 0.3 * trades.gradient()).norm(), 1e-14);
    OptimizerSpec muon;
    muon.kind = OptimizerKind::muon;
    muon.lr = 0.3;
    muon.orthogonaliser.engine = Engine::svd;
    muon.orthogonaliser.precision = Precision::float64;
    const Matrix exact = trades.step_of(muon);
    EXPECT_LT((exact - trades.spectral_step(0, exact.norm())).norm(), 1e-10);
    EXPECT_NEAR(StepTrades::at_length(exact, 5).norm(), 5, 1e-14);
}

// Everything that a step may depend on has an effect.
OptimizerSpec busy(OptimizerKind kind) {
    OptimizerSpec spec;
    spec.kind = kind;
    spec.momentum = 0.9;
    spec.momentum_style = rule_of(kind).habit;
    spec.decay = Decay::rate;
    spec.schedule = {.kind = RateSchedule::cosine, .warmup = 4, .length = 40};
    return spec;
}

std::vector<OptimizerKind> kinds() {
    std::vector<OptimizerKind> all;
    for (std::size_t k = 0; k < optimizer_rules().size(); ++k)
        all.push_back(static_cast<OptimizerKind>(k));
    return all;
}

Recipe recipe_of(const OptimizerSpec& optimizer) {
    Recipe recipe;
    recipe.phases.front().optimizer = optimizer;
    return recipe;
}

Lane after(const std::shared_ptr<const Problem>& problem, const Recipe& recipe, int steps) {
    Lane lane(problem, recipe);
    while (lane.step() < steps) lane.advance();
    return lane;
}

double off(const Matrix& a, const Matrix& b) {
    return (a - b).norm() / b.norm();
}

// What each layer's step is said to be, before the lane takes it.
void expect_the_next_step(const Lane& at, const OptimizerSpec& before, const OptimizerSpec& next,
                          const std::shared_ptr<const Problem>& problem, const std::string& what) {
    Lane lane = at;
    std::vector<Matrix> said;
    for (int l = 1; l <= static_cast<int>(at.weights().size()); ++l) {
        const LayerOptimizer* optimizer = at.optimizer_in(0, l);
        ASSERT_NE(optimizer, nullptr) << what;
        EXPECT_EQ(optimizer->spec(), before) << what;
        const LayerOptimizer::State held = optimizer->state();
        said.push_back(
            StepTrades(problem, at.weights(), l, problem->experiment.probe).step_of(next, &held));
    }
    Recipe switched = at.recipe();
    switched.phases.front().optimizer = next;
    lane.set_recipe(switched, true);
    lane.advance();
    for (std::size_t l = 0; l < said.size(); ++l) {
        const Matrix step = lane.weights()[l] - at.weights()[l];
        if (step.norm() == 0)
            EXPECT_EQ(said[l].norm(), 0) << what << ", layer " << l + 1;
        else
            EXPECT_LT(off(said[l], step), 1e-12) << what << ", layer " << l + 1;
    }
}

TEST(StepTrades, with_what_every_kind_holds_are_the_step_that_its_lane_takes_next) {
    const auto problem = small_problem();
    for (const OptimizerKind kind : kinds()) {
        const OptimizerSpec spec = busy(kind);
        const Lane lane = after(problem, recipe_of(spec), 9);
        const std::string slug(rule_of(kind).slug);
        expect_the_next_step(lane, spec, spec, problem, slug);
        // And it is no first step: its buffers or the clock of its schedule tell.
        const LayerOptimizer::State held = lane.optimizer_in(0, layer)->state();
        const StepTrades trades(problem, lane.weights(), layer, problem->experiment.probe);
        EXPECT_GT(off(trades.step_of(spec), trades.step_of(spec, &held)), 0.05) << slug;
    }
}

TEST(StepTrades, after_every_switch_are_the_step_that_the_lane_takes_then) {
    const auto problem = small_problem();
    for (const OptimizerKind from : kinds()) {
        const Lane lane = after(problem, recipe_of(busy(from)), 5);
        for (const OptimizerKind to : kinds()) {
            OptimizerSpec next = busy(to);
            next.momentum = 0.8;
            expect_the_next_step(
                lane, busy(from), next, problem,
                std::string(rule_of(from).slug) + " to " + std::string(rule_of(to).slug));
        }
        if (sanitized) break;
    }
}

TEST(StepTrades, of_presets_lanes_are_the_steps_that_they_take) {
    for (const char* name : {"two-ways-up", "momentum", "libraries", "between", "matched-norm"}) {
        const Spec& spec = preset(name);
        const auto problem = make_problem(spec.experiment);
        for (const Recipe& recipe : spec.lanes) {
            ASSERT_EQ(recipe.phases.size(), 1U);
            ASSERT_TRUE(recipe.phases.front().layer_optimizers.empty());
            const OptimizerSpec& own = recipe.phases.front().optimizer;
            expect_the_next_step(after(problem, recipe, 12), own, own, problem,
                                 std::string(name) + ", " + recipe.name);
            if (sanitized) break;
        }
    }
}

TEST(Lane, knows_what_takes_the_step_to_come) {
    const auto problem = small_problem();
    Recipe recipe = recipe_of(busy(OptimizerKind::muon));
    recipe.phases = {recipe.phases.front(), recipe.phases.front()};
    for (int p = 0; p < 2; ++p) {
        recipe.phases[p].layers = {p + 1};
        recipe.phases[p].until.steps = 2;
    }
    for (const bool repeats : {false, true}) {
        recipe.repeats = repeats;
        Lane lane = after(problem, recipe, 3);
        EXPECT_EQ(lane.optimizer_in(lane.next_phase(), 1), nullptr);
        ASSERT_NE(lane.optimizer_in(lane.next_phase(), 2), nullptr);
        EXPECT_EQ(lane.optimizer_in(lane.next_phase(), 2)->steps(), 1);
        EXPECT_EQ(lane.optimizer_in(lane.next_phase(), 2), lane.newest_move(2).optimizer);
        // Another spec since then: the step to come is its, made of what is still held.
        Recipe other = recipe;
        other.phases[1].optimizer.momentum = 0.5;
        lane.set_recipe(other, true);
        EXPECT_EQ(lane.newest_move(2).optimizer, nullptr);
        ASSERT_NE(lane.optimizer_in(lane.next_phase(), 2), nullptr);
        EXPECT_EQ(lane.optimizer_in(lane.next_phase(), 2)->spec().momentum, 0.5);
        EXPECT_GT(lane.optimizer_in(lane.next_phase(), 2)->momentum().unit, 0);
    }
    Lane ended = after(problem, recipe_of(busy(OptimizerKind::muon)), 2);
    Recipe end = ended.recipe();
    end.until.steps = 2;
    ended.set_recipe(end, true);
    ASSERT_EQ(ended.advance(), Lane::Status::finished);
    EXPECT_EQ(ended.optimizer_in(0, 1), nullptr) << "it begins anew where it goes on";
}

// Whatever tells the end of a phase, and though the lane looks for it only when it is asked for the
// step.
TEST(Lane, knows_the_phase_that_takes_the_step_to_come) {
    for (const int batch : {0, 5}) {
        const auto problem = small_problem(batch);
        Recipe plain = recipe_of(plain_sgd(0.02));
        Lane straight = after(problem, plain, 10);
        const Backpropagation::Errors at_ten = straight.errors();
        Until steps, loss, error;
        steps.steps = 4;
        loss.loss = at_ten.loss;
        error.relative_error = at_ten.relative_error;
        for (const Until& until : {steps, loss, error})
            for (const bool repeats : {false, true}) {
                Recipe recipe = plain;
                recipe.phases.assign(3, plain.phases.front());
                recipe.phases[0].until = recipe.phases[1].until = until;
                recipe.phases[2].until.steps = 3;
                recipe.repeats = repeats;
                Lane lane(problem, recipe);
                int changes = 0;
                for (int step = 0; step < 40; ++step) {
                    const int before = lane.phase(), said = lane.next_phase();
                    const std::uint64_t hash = lane.state_hash();
                    if (lane.advance() != Lane::Status::training) {
                        EXPECT_EQ(said, 2) << "the last, where no step comes";
                        break;
                    }
                    EXPECT_EQ(said, lane.phase()) << "step " << step;
                    EXPECT_NE(hash, lane.state_hash());
                    changes += before != lane.phase() ? 1 : 0;
                }
                EXPECT_GE(changes, 1) << "the end was come to";
            }
    }
}

TEST(StepTrades, leave_the_state_as_it_was) {
    const auto problem = small_problem();
    StepTrades trades = trades_of(problem);
    const StepTrade first = trades.of(trades.spectral_step(0, 0.5));
    trades.of(trades.spectral_step(-0.5, 7));
    const StepTrade again = trades.of(trades.spectral_step(0, 0.5));
    EXPECT_EQ(first.loss, again.loss);
    EXPECT_EQ(first.gained, again.gained);
    EXPECT_EQ(first.preservation, again.preservation);
}

TEST(StepTrades, stay_where_there_is_no_gradient) {
    const auto problem = small_problem();
    StepTrades trades = trades_of(problem);
    const Matrix nothing = Matrix::Zero(8, 6);
    EXPECT_EQ(StepTrades::at_length(nothing, 2), nothing);
    const StepTrade trade = trades.of(nothing);
    EXPECT_EQ(trade.descent, 0);
    EXPECT_EQ(trade.gained, 0);
    EXPECT_EQ(trade.preservation, 1);
    EXPECT_TRUE(std::isnan(trade.fidelity));
}

TEST(StepTrades, know_their_layers) {
    const auto problem = small_problem();
    for (const int wrong : {0, -1, 4})
        EXPECT_THROW(StepTrades(problem, problem->start, wrong, problem->experiment.probe), Error);
}

// The picture that README shows: late in SGD's run a fresh layer gains most from the exact polar
// factor's step, though the gradient's own descends most.
TEST(StepTrades, late_in_the_opening_run_the_exact_polar_factor_serves_downstream_best) {
    if (sanitized) GTEST_SKIP() << "the same numbers, slowly";
    const Spec& spec = preset("two-ways-up");
    const auto problem = make_problem(spec.experiment);
    Lane lane(problem, spec.lanes[0]);
    while (lane.step() < 1360) lane.advance();
    StepTrades trades(problem, lane.weights(), 1, spec.experiment.probe);
    const double length = trades.step_of(spec.lanes[0].phases[0].optimizer).norm();
    const StepTrade gradient = trades.of(trades.spectral_step(1, length));
    const StepTrade polar = trades.of(trades.spectral_step(0, length));
    const StepTrade muon =
        trades.of(StepTrades::at_length(trades.step_of(spec.lanes[1].phases[0].optimizer), length));
    EXPECT_GT(polar.gained, 10 * gradient.gained);
    EXPECT_GT(muon.gained, 5 * gradient.gained);
    EXPECT_GT(polar.gained, muon.gained);
    EXPECT_LT(polar.descent, gradient.descent);
}

}  // namespace
}  // namespace muonscope
