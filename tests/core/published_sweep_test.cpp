#include "core/experiment/published/sweep.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/error.h"
#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

std::vector<SweepSeed> swept(int seeds, std::uint64_t shift = 0,
                             const std::function<void(Spec&)>& adjust = {}) {
    std::vector<Figure> figures;
    for (const Job& job : sweep_experiment(seeds, adjust).jobs(shift)) {
        Watch watch;
        for (const Figure& figure : job.run(watch).finish()) figures.push_back(figure);
    }
    return sweep_seeds(figures);
}

// What assets/guide/paper.md says of the signs of the singular vectors.
TEST(Sweep, shows_how_much_the_signs_of_the_targets_vectors_move) {
    if (sanitized) GTEST_SKIP() << "minutes of training under a sanitizer";
    const auto steps_with = [](TargetSigns signs) {
        return swept(1, 2, [signs](Spec& spec) { spec.experiment.target.signs = signs; })[0]
            .arm(Budget::fixed, 0)
            .second_steps;
    };
    EXPECT_EQ(steps_with(TargetSigns::own), 13901);
    EXPECT_EQ(steps_with(TargetSigns::largest_positive), 13526);
    EXPECT_GT(std::abs(steps_with(TargetSigns::random) - 13901), 10);
}

TEST(Sweep, refuses_a_spec_that_is_no_staged_training) {
    EXPECT_THROW(sweep_experiment(1, [](Spec& spec) { spec.lanes.pop_back(); }), Error);
    EXPECT_THROW(
        sweep_experiment(
            1, [](Spec& spec) { spec.lanes[1].phases[1].optimizer.kind = OptimizerKind::adamw; }),
        Error);
    EXPECT_NO_THROW(
        sweep_experiment(1, [](Spec& spec) { spec.lanes[1].phases[0].optimizer.lr = 0.1; }));
}

TEST(Sweep, counts_the_steps_of_phase_2_that_a_run_takes) {
    if (sanitized) GTEST_SKIP() << "minutes of training under a sanitizer";
    const std::vector<SweepSeed> seeds = swept(3);
    ASSERT_EQ(seeds.size(), 3U);
    for (const SweepSeed& seed : seeds) {
        const Spec spec = staged_spec(seed.shift);
        const auto problem = make_problem(spec.experiment);
        for (const Budget budget : budgets)
            for (std::size_t arm = 0; arm < 2 && (budget == Budget::fixed || seed.shift == 0);
                 ++arm) {
                Recipe recipe = spec.lanes[arm];
                const SweepArm& foreseen = seed.arm(budget, arm);
                recipe.phases[0].until.steps = static_cast<std::int64_t>(foreseen.first_steps);
                Lane lane(problem, recipe);
                Watch watch;
                run_to_end(lane, 14000, watch).finish();
                EXPECT_NEAR(foreseen.second_steps, static_cast<double>(lane.phase_steps()[1]), 1)
                    << seed.shift << " " << budget_title(budget) << " " << recipe.name;
            }
    }
}

TEST(Sweep, gives_the_published_steps_at_the_published_seed) {
    if (sanitized) GTEST_SKIP() << "minutes of training under a sanitizer";
    const SweepSeed seed = swept(1).front();
    EXPECT_EQ(seed.arm(Budget::fixed, 0).second_steps, 13436);
    EXPECT_EQ(seed.arm(Budget::fixed, 1).second_steps, 13321);
    EXPECT_EQ(seed.arm(Budget::fixed, 0).first_steps, 600);
    EXPECT_NEAR(seed.arm(Budget::fixed, 0).distance, 0.0312, 5e-5);
    EXPECT_NEAR(seed.arm(Budget::fixed, 1).distance, 0.0447, 5e-5);
}

TEST(Sweep, matches_what_its_budget_says) {
    if (sanitized) GTEST_SKIP() << "minutes of training under a sanitizer";
    for (const SweepSeed& seed : swept(2, 5)) {
        const auto at = [&](Budget budget, std::size_t arm) { return seed.arm(budget, arm); };
        const double far = std::max(at(Budget::fixed, 0).distance, at(Budget::fixed, 1).distance);
        const double near = std::min(at(Budget::fixed, 0).distance, at(Budget::fixed, 1).distance);
        for (std::size_t arm = 0; arm < 2; ++arm) {
            // The first step that is near enough: a step later than one that is not.
            EXPECT_LE(at(Budget::distance, arm).distance, far);
            EXPECT_GT(at(Budget::distance, arm).distance, 0.98 * far);
            EXPECT_LE(at(Budget::loss, arm).distance, near);
            EXPECT_GT(at(Budget::loss, arm).distance, 0.98 * near);
            EXPECT_LE(at(Budget::distance, arm).first_steps, 600);
            EXPECT_GE(at(Budget::loss, arm).first_steps, 600);
        }
    }
}

TEST(Sweep, sums_up_paired_differences) {
    std::vector<SweepSeed> seeds(3);
    const auto set = [&](std::size_t i, double sgd, double muon) {
        seeds[i].arms[1][0].second_steps = sgd;
        seeds[i].arms[1][1].second_steps = muon;
    };
    set(0, 10, 7);
    set(1, 10, 11);
    set(2, 10, 9);
    const PairedDifferences found = paired_differences(seeds, Budget::distance);
    EXPECT_EQ(found.seeds, 3);
    EXPECT_EQ(found.positive, 2);
    EXPECT_DOUBLE_EQ(found.mean, 1);
    EXPECT_DOUBLE_EQ(found.deviation, 2);
    EXPECT_TRUE(std::isnan(paired_differences({seeds.data(), 1}, Budget::distance).deviation));
    EXPECT_EQ(paired_differences(seeds, Budget::fixed).positive, 0);
}

TEST(Sweep, pauses_as_it_goes) {
    Watch watch;
    auto work = sweep_experiment(1).jobs(0).front().run(watch);
    double before = 0;
    for (int slice = 0; slice < 20; ++slice) {
        ASSERT_TRUE(work.go_on([] { return true; }));
        EXPECT_GE(watch.share(), before);
        before = watch.share();
    }
    EXPECT_GT(before, 0);
    EXPECT_LT(before, 0.5);
}

}  // namespace
}  // namespace muonscope
