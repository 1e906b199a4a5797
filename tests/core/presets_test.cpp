#include "core/experiment/presets.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/experiment/lane.h"
#include "core/linalg/spectrum.h"
#include "core/measure/sphere_image.h"
#include "core/session/session.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

TEST(Presets, the_number_keys_have_their_nine_and_two_ways_up_is_first) {
    ASSERT_GE(presets().size(), 9u);
    EXPECT_EQ(presets()[0].name, "two-ways-up");
    EXPECT_EQ(presets()[1].name, "staged");
    std::set<std::string> names;
    for (const Spec& spec : presets()) {
        names.insert(spec.name);
        EXPECT_FALSE(spec.title.empty()) << spec.name;
        EXPECT_GT(spec.about.size(), 40u) << spec.name;
        EXPECT_NO_THROW(validate(spec)) << spec.name;
    }
    EXPECT_EQ(names.size(), presets().size());
}

TEST(Presets, each_stands_once_in_the_list_and_groups_stay_together) {
    std::set<std::string_view> names, groups;
    std::string_view group;
    for (const PresetPlace& place : preset_places()) {
        EXPECT_NO_THROW(preset(place.name)) << place.name;
        EXPECT_TRUE(names.insert(place.name).second) << place.name;
        if (place.group != group) {
            EXPECT_TRUE(groups.insert(place.group).second) << place.group;
        }
        group = place.group;
        EXPECT_EQ(preset_place(place.name), &place);
    }
    EXPECT_EQ(names.size(), presets().size());
    EXPECT_GE(groups.size(), 4U);
    EXPECT_EQ(preset_place("custom"), nullptr);
}

TEST(Presets, an_unknown_name_is_an_error_that_lists_the_known) {
    try {
        preset("two-ways-dwon");
        FAIL();
    } catch (const Error& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("two-ways-dwon"), std::string::npos);
        EXPECT_NE(message.find("two-ways-up, staged"), std::string::npos);
    }
}

TEST(Presets, survive_the_way_through_json) {
    for (const Spec& spec : presets())
        EXPECT_EQ(to_json(spec_from_json(to_json(spec), spec.name)), to_json(spec));
}

// Steps at which each mode first passes a share of its target level; -1: never.
std::vector<int> arrivals(Lane lane, const Problem& problem, double share, int steps) {
    std::vector<int> at(static_cast<std::size_t>(problem.modes), -1);
    for (int step = 1; step <= steps; ++step) {
        lane.advance();
        const Matrix p = product(lane.weights());
        for (int k = 0; k < problem.modes; ++k) {
            const double a = problem.target_svd.u.col(k).dot(p * problem.target_svd.v.col(k));
            int& arrival = at[k];
            if (arrival < 0 && a >= share * problem.target_svd.s(k)) arrival = step;
        }
    }
    return at;
}

TEST(Presets, two_ways_up_shows_the_fan_and_the_bundle) {
    const Spec& spec = preset("two-ways-up");
    const auto problem = make_problem(spec.experiment);
    ASSERT_EQ(problem->modes, 12);
    const std::vector<int> sgd = arrivals(Lane(problem, spec.lanes[0]), *problem, 0.9, 1200);
    const std::vector<int> muon = arrivals(Lane(problem, spec.lanes[1]), *problem, 0.9, 120);
    for (std::size_t k = 1; k < sgd.size(); ++k) EXPECT_GT(sgd[k], sgd[k - 1]) << "mode " << k;
    EXPECT_GT(sgd.back(), 500);
    EXPECT_LE(sgd.back(), 1200);
    for (const int arrival : muon) {
        EXPECT_GT(arrival, 0);
        EXPECT_LE(arrival, 100);
    }
}

// What the preset says of its product, by the step; and of each step by itself.
TEST(Presets, three_dimensions_shows_needle_disc_and_ball) {
    const Spec& spec = preset("three-dimensions");
    const auto problem = make_problem(spec.experiment);
    const std::array<int, 3> which{0, 1, 2};
    const auto shape = [&](const Matrix& matrix) {
        return shape_of(sphere_image(thin_svd(matrix), problem->target_svd.u, which));
    };
    Lane sgd(problem, spec.lanes[0]), muon(problem, spec.lanes[1]);
    for (int step = 1; step <= 240; ++step) {
        sgd.advance();
        muon.advance();
        const BodyShape slow = shape(product(sgd.weights()));
        if (step >= 16 && step < 107) {
            EXPECT_EQ(slow, BodyShape::needle) << step;
        } else if (step >= 107 && step < 167) {
            EXPECT_EQ(slow, BodyShape::disc) << step;
        } else if (step >= 167) {
            EXPECT_EQ(slow, BodyShape::between) << step;
        }
        EXPECT_EQ(shape(product(muon.weights())) == BodyShape::ball, step >= 27 && step < 56)
            << step;
        for (const int layer : {1, 2}) {
            if (step <= 50) {
                EXPECT_EQ(shape(*muon.newest_move(layer).update), BodyShape::ball) << step;
            }
            const Vector sgd_step = singular_values(*sgd.newest_move(layer).update);
            EXPECT_LT(sgd_step(2), 0.25 * sgd_step(0)) << step;
        }
    }
    EXPECT_EQ(arrivals(Lane(problem, spec.lanes[0]), *problem, 0.9, 260).back(), 234);
}

class EveryPreset : public testing::TestWithParam<std::string> {};

TEST_P(EveryPreset, trains_without_diverging) {
    Spec spec = preset(GetParam());
    // Training is the question, not measuring.
    spec.experiment.record.dense = 16;
    spec.experiment.probe.samples = std::min(spec.experiment.probe.samples, 256);
    Session session(spec);
    WorkerPool pool(1);
    const double before = session.snapshot()->lanes[0].now[0];
    const std::int64_t longest = sanitized ? 60 : 2000;
    session.advance_to(std::min(session.spec().experiment.run.steps, longest), pool);
    EXPECT_FALSE(session.diverged());
    const auto after = session.snapshot();  // held: a range-for keeps no temporary alive
    for (const LaneSnapshot& lane : after->lanes) EXPECT_LT(lane.now[0], before);
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryPreset,
                         testing::Values("two-ways-up", "staged", "deep", "momentum", "tree",
                                         "tanh", "minibatch", "rectangular", "matched-norm",
                                         "theory", "three-dimensions", "conditioning", "between",
                                         "libraries", "weight-norms", "planned", "black-box",
                                         "ce-probe", "tau", "schedules", "adjacent"),
                         [](const auto& each) {
                             std::string name = each.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

// A probe that diverges says nothing of its representation.
TEST(Presets, ship_with_a_probe_that_converges) {
    for (const Spec& spec : presets()) {
        if (spec.experiment.probe.task == ProbeTask::softmax) continue;
        const auto problem = make_problem(spec.experiment);
        const Layout layout(*problem->model, problem->modes);
        std::vector<double> row(layout.channels());
        for (const Recipe& recipe : spec.lanes) {
            Lane lane(problem, recipe);
            const std::int64_t last =
                std::min<std::int64_t>(spec.experiment.run.steps, sanitized ? 40 : 600);
            while (lane.step() < last && lane.advance() == Lane::Status::training)
                if (lane.step() % 60 == 0) {
                    lane.measure(layout, spec.experiment.probe, row);
                    EXPECT_GT(row[layout.probe_critical_rate()], spec.experiment.probe.lr)
                        << spec.name << ", " << recipe.name << ", step " << lane.step();
                }
        }
    }
}

TEST(Presets, theory_is_followed_by_every_lane_that_is_said_to) {
    const Spec& spec = preset("theory");
    const auto problem = make_problem(spec.experiment);
    Lane muon(problem, spec.lanes[1]), exact(problem, spec.lanes[2]);
    for (int step = 0; step < 500; ++step) {
        muon.advance();
        exact.advance();
        const Matrix between = product(muon.weights()) - product(exact.weights());
        for (int k = 0; k < problem->modes; ++k)
            EXPECT_LT(
                std::abs(problem->target_svd.u.col(k).dot(between * problem->target_svd.v.col(k))),
                0.01 * problem->target_svd.s(k))
                << step << " " << k;
    }
}

TEST(Presets, staged_ends_by_itself_within_its_steps) {
    const Spec& spec = preset("staged");
    const auto problem = make_problem(spec.experiment);
    if (sanitized) GTEST_SKIP() << "a minute of training under a sanitizer";
    for (const Recipe& recipe : spec.lanes) {
        Lane lane(problem, recipe);
        while (lane.advance() == Lane::Status::training && lane.step() < 100000) {
        }
        EXPECT_EQ(lane.status(), Lane::Status::finished);
        EXPECT_LE(lane.step(), spec.experiment.run.steps);
        EXPECT_EQ(lane.phase_steps()[0], 600);
        const Matrix error = product(lane.weights()) - problem->target;
        EXPECT_LE(error.norm(), 0.05 * problem->target.norm());
    }
}

}  // namespace
}  // namespace muonscope
