#include "core/experiment/published/specs.h"

#include <gtest/gtest.h>

#include "core/documents/published_json.h"
#include "core/experiment/lane.h"
#include "core/formats/files.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

// The plans that the preset shows are the published ones: each ends at its published loss.
TEST(PublishedSpecs, planned_schedules_end_at_the_published_losses) {
    if (sanitized) GTEST_SKIP() << "minutes of training under a sanitizer";
    const Published published = published_from_json(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1U << 20U),
        "published.json");
    const Spec spec = planned_spec();
    const auto problem = make_problem(spec.experiment);
    const auto loss_after = [&](std::size_t lane_index, int steps) {
        Lane lane(problem, spec.lanes[lane_index]);
        while (lane.step() < steps) lane.advance();
        return 0.5 * (product(lane.weights()) - problem->target).squaredNorm();
    };
    EXPECT_NEAR(loss_after(0, 100), published.numbers.at("dp/loss_100/sgd"), 1e-9);
    EXPECT_NEAR(loss_after(1, 100), published.numbers.at("dp/loss_100/rollout"), 1e-9);
    EXPECT_NEAR(loss_after(2, 50), published.numbers.at("dp/loss_50/jacobian"), 1e-6);
}

TEST(PublishedSpecs, a_shift_moves_every_seed_of_a_recipe) {
    const auto shifted = make_problem(staged_spec(3).experiment);
    const auto plain = make_problem(staged_spec().experiment);
    EXPECT_NE(shifted->target, plain->target);
    EXPECT_NE(shifted->start[0], plain->start[0]);
    // W_l comes from seed l - 1: three further on, W_1 is what W_4 would be.
    Spec four = staged_spec();
    four.experiment.network.depth = 4;
    four.experiment.init.stream_seeds = {0, 1, 2, 3};
    EXPECT_EQ(make_problem(four.experiment)->start[3], shifted->start[0]);
}

}  // namespace
}  // namespace muonscope
