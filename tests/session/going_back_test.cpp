// From every keyframe the run goes on as if it had never gone back: the same bits, the same
// measures.

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/optim/rule.h"
#include "core/session/session.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

// What is seen of a session at a step. A lane that was looked at before it knew that it had ended
// keeps that row: so a copy is looked at.
struct Picture {
    std::vector<std::uint64_t> hashes;
    std::vector<std::vector<double>> rows;
    std::vector<std::int64_t> steps;
};

Picture picture_of(Session session) {
    Picture picture;
    const auto snapshot = session.snapshot();
    for (const LaneSnapshot& lane : snapshot->lanes) {
        picture.hashes.push_back(lane.state_hash.value());
        picture.rows.push_back(lane.now);
        picture.steps.push_back(lane.step);
    }
    return picture;
}

void expect_same(const Session& session, const Picture& one, const Picture& other) {
    EXPECT_EQ(one.hashes, other.hashes);
    EXPECT_EQ(one.steps, other.steps);
    const std::vector<std::string> names = channel_names(session.layout());
    for (std::size_t l = 0; l < one.rows.size(); ++l)
        for (std::size_t c = 0; c < one.rows[l].size(); ++c) {
            const double a = one.rows[l][c], b = other.rows[l][c];
            EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b)))
                << "lane " << l << ", " << names[c] << ": " << a << ", " << b;
        }
}

struct Told {
    Spec spec;
    std::map<std::int64_t, std::vector<Edit>> edits = {};
};

void advance(Session& session, const Told& run, std::int64_t step, WorkerPool& pool) {
    for (const auto& [at, edits] : run.edits) {
        if (at <= session.step() || at > step) continue;
        session.advance_to(at, pool);
        for (const Edit& edit : edits) session.apply(edit);
    }
    session.advance_to(step, pool);
}

void expect_to_come_back(const Told& run, std::int64_t last) {
    WorkerPool pool(1);
    Session session(run.spec);
    std::vector<Picture> pictures;
    for (std::int64_t step = 0; step <= last; ++step) {
        advance(session, run, step, pool);
        pictures.push_back(picture_of(session));
    }
    const Session whole = session;
    const auto check = [&](const Session& there, std::int64_t step) {
        SCOPED_TRACE("at step " + std::to_string(step));
        expect_same(there, picture_of(there), pictures[static_cast<std::size_t>(step)]);
    };
    // Steps around keyframes, and some others, from the future, and on from there.
    for (std::int64_t step = last; step >= 0; --step) {
        if (step % 64 > 2 && step % 7 != 0) continue;
        Session back = whole;
        back.go_back_to(step, pool);
        check(back, step);
        const std::int64_t on = std::min(step + 3, last);
        advance(back, run, on, pool);
        check(back, on);
        if (testing::Test::HasFailure()) return;
    }
    // One after the other, each from the one after it.
    for (std::int64_t step = last - 1; step >= 0; step -= step % 3 + 1) {
        session.go_back_to(step, pool);
        check(session, step);
    }
}

Told run_of(OptimizerKind kind) {
    Told run{small_spec()};
    OptimizerSpec& first = run.spec.lanes[0].phases[0].optimizer;
    first = {};
    first.kind = kind;
    first.lr = 0.01;
    if (rule_of(kind).uses.momentum) first.momentum = 0.9;
    run.spec.lanes[1].phases[0].layer_optimizers = {std::nullopt, first};
    return run;
}

TEST(GoingBack, leads_to_the_same_bits_whatever_the_optimiser) {
    for (std::size_t k = 0; k < optimizer_rules().size(); ++k) {
        SCOPED_TRACE(optimizer_rules()[k]->slug);
        Told run = run_of(static_cast<OptimizerKind>(k));
        // What is switched away and back, and what is emptied.
        run.edits[30] = {SetParameter{"lanes.0.optimizer.kind", std::string("sgd"), true}};
        run.edits[64] = {SwapOptimizers{true}};
        run.edits[90] = {SetParameter{"optimizer.momentum", 0.5, false}};
        expect_to_come_back(run, 200);
    }
}

TEST(GoingBack, leads_to_the_same_bits_with_minibatches_and_tanh) {
    Told run = run_of(OptimizerKind::adamw);
    run.spec.experiment.network.activation = Activation::tanh;
    run.spec.experiment.data = {DataKind::samples, 24, 0.1, 6};
    expect_to_come_back(run, 200);
}

// Phases that end beside keyframes, on them and between them, and lanes that end there.
TEST(GoingBack, leads_to_the_same_bits_between_phases_and_after_the_end_of_a_lane) {
    for (const bool repeats : {false, true})
        for (const std::int64_t end : {63, 64, 65, 100}) {
            if (sanitized && end > 64) continue;
            SCOPED_TRACE(std::to_string(end) + (repeats ? ", in turns" : ", staged"));
            Told run{small_spec()};
            Recipe& recipe = run.spec.lanes[0];
            recipe.phases.resize(2, recipe.phases.front());
            recipe.phases[0].layers = {1};
            recipe.phases[0].objective = Objective::layer_target;
            recipe.phases[0].until.steps = repeats ? 5 : end / 2;
            recipe.phases[1].layers = {2};
            recipe.phases[1].optimizer.kind = OptimizerKind::muon;
            recipe.phases[1].until.steps = repeats ? 7 : end - end / 2;
            recipe.repeats = repeats;
            recipe.until.steps = repeats ? std::optional(end) : std::nullopt;
            expect_to_come_back(run, 135);
            // It goes on for a while when its end is moved.
            Recipe longer = recipe;
            longer.phases[1].until.steps = *longer.phases[1].until.steps + 40;
            if (!repeats) run.edits[110] = {SetLane{0, longer, true}};
            expect_to_come_back(run, 135);
        }
}

TEST(GoingBack, leads_to_the_same_bits_after_a_lane_has_diverged) {
    for (const double rate : {0.5, 1.0, 2.0}) {
        Told run{small_spec()};
        run.spec.lanes[0].phases[0].optimizer.lr = rate;
        expect_to_come_back(run, 135);
        Session session(run.spec);
        WorkerPool pool(1);
        session.advance_to(135, pool);
        EXPECT_TRUE(session.diverged());
    }
}

// A net so wide that few keyframes fit, each of which is a few steps away.
TEST(GoingBack, from_a_wide_net_leads_over_few_steps) {
    if (sanitized) GTEST_SKIP() << "a minute of wide products; the other tests go back, too";
    Spec spec = small_spec();
    spec.experiment.network.width = 192;
    spec.experiment.record.keyframes = 6;
    WorkerPool pool(1);
    Session session(spec);
    for (std::int64_t step = 1; step <= 40; ++step) session.advance_to(step, pool);
    const std::uint64_t there = session.lane(1).state_hash();
    for (const std::int64_t step : {39, 38}) {
        Session back = session;
        back.rewind(step);
        EXPECT_GE(back.step(), step - 20);
        EXPECT_LT(back.step(), step);
        back.advance_to(40, pool);
        EXPECT_EQ(back.lane(1).state_hash(), there);
    }
}

}  // namespace
}  // namespace muonscope
