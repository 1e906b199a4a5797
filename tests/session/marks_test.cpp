// What stands on the step axis, and what a snapshot says of each lane.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "core/session/session.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

std::vector<std::string> marks(const Session& session) {
    std::vector<std::string> texts;
    for (const Event& event : session.events())
        texts.push_back(std::to_string(event.step) + "/" + std::to_string(event.lane) + " " +
                        event.text);
    return texts;
}

using Marks = std::vector<std::string>;

void set_rate(Session& session, const char* path, double lr) {
    session.apply(SetParameter{path, lr});
}

TEST(Marks, of_a_dragged_slider_are_one_that_says_where_it_began_and_ended) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(200, pool);
    for (const double lr : {0.02, 0.03, 0.04, 0.05}) {
        set_rate(session, "lanes.0.optimizer.lr", lr);
        session.advance_to(session.step() + 1, pool);
    }
    EXPECT_EQ(marks(session), (Marks{"203/0 SGD: learning rate 0.01 → 0.05"}));
}

TEST(Marks, far_apart_are_two) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(200, pool);
    set_rate(session, "lanes.0.optimizer.lr", 0.02);
    session.advance_to(210, pool);  // more than a fiftieth of the run
    set_rate(session, "lanes.0.optimizer.lr", 0.03);
    EXPECT_EQ(marks(session), (Marks{"200/0 SGD: learning rate 0.01 → 0.02",
                                     "210/0 SGD: learning rate 0.02 → 0.03"}));
}

TEST(Marks, of_two_lanes_or_two_parameters_stay_apart) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(200, pool);
    set_rate(session, "lanes.0.optimizer.lr", 0.02);
    set_rate(session, "lanes.1.optimizer.lr", 0.03);
    session.apply(SetParameter{"lanes.1.optimizer.momentum", 0.25});
    set_rate(session, "optimizer.lr", 0.04);
    EXPECT_EQ(
        marks(session),
        (Marks{"200/0 SGD: learning rate 0.01 → 0.02", "200/1 Muon: learning rate 0.005 → 0.03",
               "200/1 Muon: momentum 0 → 0.25", "200/-1 learning rate 0.02 → 0.04"}));
    EXPECT_EQ(session.snapshot()->events->size(), 4u);
}

// The same path, and a lane that the change did not reach the second time.
TEST(Marks, of_one_path_that_reached_other_lanes_stay_apart) {
    WorkerPool pool(1);
    Spec spec = small_spec();
    spec.lanes[1].phases[0].optimizer.lr = 0.02;
    Session session(spec);
    session.advance_to(200, pool);
    set_rate(session, "optimizer.lr", 0.02);  // lane 0 alone
    set_rate(session, "optimizer.lr", 0.03);  // both
    EXPECT_EQ(marks(session),
              (Marks{"200/0 SGD: learning rate 0.01 → 0.02", "200/-1 learning rate 0.02 → 0.03"}));
}

TEST(Marks, go_with_the_steps_that_are_taken_back) {
    WorkerPool pool(1);
    Session session(small_spec());
    for (const std::int64_t step : {20, 50, 80}) {
        session.advance_to(step, pool);
        set_rate(session, "optimizer.lr", 0.001 * static_cast<double>(step));
    }
    session.go_back_to(50, pool);
    EXPECT_EQ(session.events().size(), 2u);
    EXPECT_EQ(session.events().back().step, 50);
    session.advance_to(200, pool);
    EXPECT_EQ(session.events().size(), 2u);
    EXPECT_EQ(session.spec().lanes[0].phases[0].optimizer.lr, 0.05);
}

TEST(Marks, of_a_replayed_session_are_those_of_the_run) {
    WorkerPool pool(1);
    Session session(small_spec());
    for (const std::int64_t step : {20, 50, 80}) {
        session.advance_to(step, pool);
        set_rate(session, "lanes.1.optimizer.lr", 0.0001 * static_cast<double>(step));
    }
    session.advance_to(100, pool);
    EXPECT_EQ(marks(Session::replay(session.saved(), pool)), marks(session));
}

TEST(SessionSnapshot, says_of_each_lane_what_is_its_own) {
    WorkerPool pool(1);
    Spec spec = small_spec();
    spec.lanes[0].phases[0].until.steps = 30;
    Session session(spec);
    session.advance_to(70, pool);
    session.advance_to(71, pool);
    const auto snapshot = session.snapshot();
    ASSERT_EQ(snapshot->lanes.size(), 2u);
    for (int i = 0; i < 2; ++i) {
        const LaneSnapshot& shown = snapshot->lanes[i];
        const Lane& lane = session.lane(i);
        EXPECT_EQ(shown.name, lane.recipe().name);
        EXPECT_EQ(shown.step, lane.step());
        EXPECT_EQ(shown.phase, lane.phase());
        EXPECT_EQ(shown.phase_steps, lane.phase_steps());
        EXPECT_EQ(shown.finished, i == 0);
        EXPECT_EQ(*shown.weights, lane.weights());
        EXPECT_EQ(shown.state_hash, lane.state_hash());
        EXPECT_EQ(shown.now_step, lane.step());
    }
    EXPECT_NE(snapshot->lanes[0].state_hash, snapshot->lanes[1].state_hash);
}

TEST(SessionSnapshot, bears_the_names_that_a_swap_gave) {
    WorkerPool pool(1);
    Spec spec = small_spec();
    spec.lanes.push_back(spec.lanes[0]);
    spec.lanes[2].name = "Third";
    spec.lanes[2].phases[0].optimizer.lr = 0.3;
    Session session(spec);
    session.advance_to(5, pool);
    session.apply(SwapOptimizers{});  // each takes the next one's
    const auto snapshot = session.snapshot();
    for (std::size_t i = 0; i < 3; ++i) {
        const Recipe& taken = spec.lanes[(i + 1) % 3];
        EXPECT_EQ(snapshot->lanes[i].name, taken.name);
        EXPECT_EQ(snapshot->spec->lanes[i].phases[0].optimizer, taken.phases[0].optimizer);
    }
}

TEST(SessionEdit, a_swap_takes_the_optimisers_of_single_layers_along) {
    WorkerPool pool(1);
    Spec spec = small_spec();
    OptimizerSpec own = spec.lanes[0].phases[0].optimizer;
    own.lr = 0.123;
    spec.lanes[0].phases[0].layer_optimizers = {std::nullopt, own};
    Session session(spec);
    session.advance_to(5, pool);
    session.apply(SwapOptimizers{});
    EXPECT_EQ(optimizer_of(session.spec().lanes[1].phases[0], 2).lr, 0.123);
    EXPECT_EQ(optimizer_of(session.spec().lanes[1].phases[0], 1).lr, 0.01);
    for (const int layer : {1, 2})
        EXPECT_EQ(optimizer_of(session.spec().lanes[0].phases[0], layer).lr, 0.005);
}

TEST(SessionEdit, lanes_that_become_of_one_kind_are_told_apart_by_number) {
    WorkerPool pool(1);
    Spec spec = small_spec();
    spec.lanes.push_back(spec.lanes[0]);
    spec.lanes[2].name = "SGD 2";
    Session session(spec);
    session.apply(SetParameter{"optimizer.kind", std::string("muon")});
    std::vector<std::string> names;
    for (const Recipe& recipe : session.spec().lanes) names.push_back(recipe.name);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST(SessionEdit, each_is_logged_with_its_own_step_and_parameter) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(10, pool);
    set_rate(session, "lanes.0.optimizer.lr", 0.02);
    set_rate(session, "lanes.1.optimizer.lr", 0.004);
    session.advance_to(20, pool);
    set_rate(session, "lanes.0.optimizer.lr", 0.03);
    session.advance_to(30, pool);
    const Session replayed = Session::replay(session.saved(), pool);
    for (const std::int64_t step : {25, 15, 5}) {
        session.go_back_to(step, pool);
        const auto& lanes = session.spec().lanes;
        EXPECT_EQ(lanes[0].phases[0].optimizer.lr, step > 20 ? 0.03 : step > 10 ? 0.02 : 0.01);
        EXPECT_EQ(lanes[1].phases[0].optimizer.lr, step > 10 ? 0.004 : 0.005);
    }
}

}  // namespace
}  // namespace muonscope
