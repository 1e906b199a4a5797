// A run's past is led up to again beside it, to the bit, and the run itself is left alone.

#include "core/session/past.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/session/trainer.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

std::shared_ptr<const Snapshot> exact(const Session& run) {
    Session copy = run;
    return copy.snapshot();
}

void expect_same_lanes(const Snapshot& one, const Snapshot& other) {
    ASSERT_EQ(one.lanes.size(), other.lanes.size());
    for (std::size_t i = 0; i < one.lanes.size(); ++i) {
        const LaneSnapshot &a = one.lanes[i], &b = other.lanes[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.state_hash, b.state_hash);
        EXPECT_EQ(a.now_step, b.now_step);
        EXPECT_EQ(a.phase_steps, b.phase_steps);
        ASSERT_EQ(a.now.size(), b.now.size());
        for (std::size_t c = 0; c < a.now.size(); ++c)
            EXPECT_TRUE(a.now[c] == b.now[c] || (std::isnan(a.now[c]) && std::isnan(b.now[c])));
        ASSERT_TRUE(a.weights && b.weights);
        for (std::size_t w = 0; w < a.weights->size(); ++w)
            EXPECT_EQ((*a.weights)[w], (*b.weights)[w]);
    }
}

struct Past : testing::Test {
    WorkerPool pool{1};
    Session session{small_spec()};
    std::map<std::int64_t, std::shared_ptr<const Snapshot>> seen;

    void go_to(std::int64_t step) {
        session.advance_to(step, pool);
        seen[step] = exact(session);
    }
};

TEST_F(Past, has_the_bits_that_the_run_had_through_edits_and_swaps) {
    for (const std::int64_t step : {0, 1, 17, 63, 64, 65}) go_to(step);
    session.apply(SetParameter{"lanes.Muon.optimizer.lr", 0.02});
    go_to(100);
    session.apply(SwapOptimizers{});
    seen[100] = exact(session);  // with what was edited there
    for (const std::int64_t step : {101, 150, 500}) go_to(step);
    const auto run = std::make_shared<const Session>(session);
    const auto before = exact(*run);
    for (const auto& [step, was] : seen) {
        SCOPED_TRACE(step);
        const auto past = picture_of_past(run, step).finish();
        EXPECT_EQ(past->step, step);
        expect_same_lanes(*past, *was);
    }
    expect_same_lanes(*exact(*run), *before);
    EXPECT_EQ(run->step(), 500);
}

TEST_F(Past, of_a_run_that_has_ended_reaches_its_end) {
    Spec spec = small_spec();
    spec.lanes[0].phases.front().optimizer.lr = 50;  // diverges
    spec.lanes[1].phases.front().until.steps = 40;
    session.replace(spec);
    session.advance_to(1000, pool);
    ASSERT_TRUE(session.ended());
    const auto run = std::make_shared<const Session>(session);
    for (const std::int64_t step : {std::int64_t{5}, std::int64_t{39}, session.step()}) {
        SCOPED_TRACE(step);
        Session other(spec);
        other.advance_to(step, pool);
        if (step == session.step()) other.advance_to(step + 1, pool);
        const auto past = picture_of_past(run, step).finish();
        ASSERT_EQ(past->lanes.size(), 2U);
        for (std::size_t i = 0; i < 2; ++i)
            EXPECT_EQ(past->lanes[i].state_hash, other.lane(static_cast<int>(i)).state_hash());
    }
}

TEST_F(Past, is_led_up_to_in_slices_and_can_be_given_up) {
    go_to(2000);
    const auto run = std::make_shared<Session>(session);
    run->forget_keyframes();  // a long way
    int pauses = 0;
    auto work = picture_of_past(run, 1999);
    while (work.go_on([&] { return ++pauses >= 3; }) && pauses < 3) continue;
    EXPECT_EQ(pauses, 3);
}

TEST_F(Past, stands_in_a_picture_of_now) {
    session.advance_to(101, pool);
    session.apply(SwapOptimizers{});
    go_to(300);
    const auto run = std::make_shared<const Session>(session);
    const auto then = picture_of_past(run, 100).finish();
    const auto shown = as_it_was(*seen[300], 90, nullptr);
    EXPECT_EQ(shown->step, 300);
    EXPECT_EQ(shown->seen_step(), 90);
    EXPECT_LE(shown->lanes[0].now_step, 90);
    EXPECT_GT(shown->lanes[0].now_step, 60);
    EXPECT_EQ(shown->lanes[0].weights, seen[300]->lanes[0].weights);
    const auto exactly = as_it_was(*seen[300], 100, then.get());
    EXPECT_EQ(exactly->lanes[0].name, "SGD");
    EXPECT_EQ(exactly->lanes[0].now_step, 100);
    EXPECT_EQ(exactly->lanes[0].weights, then->lanes[0].weights);
    EXPECT_EQ(exactly->lanes[0].history.size(), seen[300]->lanes[0].history.size());
    EXPECT_EQ(exactly->events->size(), 2U);
    // Dragged on: the rows of the step, and the weights of the last one that is known.
    const auto near = as_it_was(*seen[300], 120, then.get());
    EXPECT_EQ(near->lanes[0].weights, then->lanes[0].weights);
    EXPECT_GT(near->lanes[0].now_step, 100);
    EXPECT_LE(near->lanes[0].now_step, 120);
}

// While the trainer goes on, and after it has gone.
TEST_F(Past, is_of_a_copy_that_nothing_changes_any_more) {
    std::shared_ptr<const Session> run;
    {
        Spec spec = small_spec();
        spec.experiment.run.speed = 0;
        Trainer trainer(spec, {.workers = 2, .on_snapshot = {}});
        trainer.send(RunTo{200});
        trainer.drain();
        trainer.send(Start{});
        run = trainer.copying().get();
        ASSERT_TRUE(run);
        const auto past = picture_of_past(run, 150).finish();
        Session other(small_spec());
        other.advance_to(150, pool);
        expect_same_lanes(*past, *other.snapshot());
    }
    EXPECT_EQ(picture_of_past(run, 10).finish()->step, 10);
}

}  // namespace
}  // namespace muonscope
