#include "core/experiment/published/staged_plan.h"

#include <gtest/gtest.h>

#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "core/experiment/published/specs.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

TEST(StagedPlan, speaks_of_staged_training_alone) {
    EXPECT_NE(second_phase(staged_spec(0), 0), nullptr);
    EXPECT_NE(second_phase(staged_spec(0), 1), nullptr);
    EXPECT_EQ(second_phase(preset("two-ways-up"), 0), nullptr);
    Spec spec = staged_spec(0);
    spec.lanes[0].phases[1].optimizer.momentum = 0.9;
    EXPECT_EQ(second_phase(spec, 0), nullptr);
}

// What is counted without a step of it is what a run takes.
TEST(StagedPlan, counts_the_steps_that_a_run_takes) {
    Spec spec = staged_spec(0);
    spec.lanes[0].phases[0].until.steps = 400;
    if (sanitized) spec.lanes[0].phases[1].until.relative_error = 0.4;  // thousands of steps less
    const auto problem = make_problem(spec.experiment);
    Lane lane(problem, spec.lanes[0]);
    while (lane.phase() == 0 && lane.advance() == Lane::Status::training) continue;
    const std::int64_t before = lane.step();
    const Phase& second = *second_phase(spec, 0);
    const StagedPlan plan = staged_plan(spec.experiment, *problem, second, lane.weights());
    EXPECT_GT(plan.distance, 0);
    while (lane.advance() == Lane::Status::training) continue;
    EXPECT_NEAR(static_cast<double>(lane.step() - before), plan.remaining, 1);
}

TEST(StagedPlan, watches_a_seed_under_the_budget_it_was_swept_with) {
    SweepSeed seed;
    seed.shift = 3;
    seed.arms[1][0].first_steps = 120;
    seed.arms[1][1].first_steps = 450;
    const Spec spec = spec_of(seed, Budget::distance);
    EXPECT_EQ(spec.lanes[0].phases[0].until.steps, 120);
    EXPECT_EQ(spec.lanes[1].phases[0].until.steps, 450);
    EXPECT_EQ(spec.experiment, staged_spec(3).experiment);
}

}  // namespace
}  // namespace muonscope
