// What is sent while a trainer is on its way back to a step waits until it is there.

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "core/documents/session_json.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

// So costly to go back in that there is time to send something on the way.
Spec slow_spec() {
    Spec spec = small_spec();
    spec.experiment.network.width = sanitized ? 8 : 48;
    spec.experiment.record.keyframes = 0;
    return spec;
}

SetParameter rate(double value) {
    return {"optimizer.lr", value, true};
}

// With a thread and without.
class Arriving : public testing::TestWithParam<int> {
  protected:
    std::unique_ptr<Trainer> trainer(const Spec& spec) {
        return std::make_unique<Trainer>(
            spec, TrainerOptions{.workers = 1, .on_snapshot = {}, .workplace = &workplace_});
    }
    static std::shared_ptr<const Snapshot> after(Trainer& trainer,
                                                 const std::vector<Command>& commands) {
        for (const Command& command : commands) trainer.send(command);
        trainer.drain();
        return trainer.snapshot();
    }
    Workplace workplace_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(threads, Arriving, testing::Values(0, 1));

TEST_P(Arriving, an_edit_acts_at_the_step_that_was_asked_for) {
    const auto one = trainer(slow_spec());
    after(*one, {RunTo{500}});
    const auto there = after(*one, {RunTo{333}, rate(0.003), SwapOptimizers{}});
    EXPECT_EQ(there->step, 333);
    EXPECT_EQ(there->state, TrainerState::paused);
    const SessionFile file = one->saved();
    ASSERT_EQ(file.log.size(), 2u);
    for (const LoggedEdit& logged : file.log) EXPECT_EQ(logged.step, 333);

    WorkerPool pool(1);
    Session told(slow_spec());
    told.advance_to(333, pool);
    told.apply(rate(0.003));
    told.apply(SwapOptimizers{});
    after(*one, {RunTo{400}});
    told.advance_to(400, pool);
    EXPECT_EQ(to_json(one->saved()), to_json([&] {
                  SessionFile expected = told.saved();
                  expected.spec.experiment.run.speed = one->saved().spec.experiment.run.speed;
                  return expected;
              }()));
}

TEST_P(Arriving, steps_starts_and_resets_behind_it_count_from_there) {
    const auto one = trainer(slow_spec());
    after(*one, {RunTo{500}});
    EXPECT_EQ(after(*one, {RunTo{450}, StepOnce{3}})->step, 453);
    EXPECT_EQ(after(*one, {RunTo{440}, StepOnce{3}, RunTo{20}, StepOnce{5}})->step, 25);
    after(*one, {RunTo{500}, SetSpeed{0}});
    const auto started = after(*one, {RunTo{400}, Start{}});
    EXPECT_GE(started->step, 400);
    EXPECT_EQ(started->state, TrainerState::running);
    after(*one, {Pause{}, RunTo{380}, rate(0.004), Reset{}});
    EXPECT_EQ(one->snapshot()->step, 0);
    EXPECT_EQ(one->snapshot()->spec->lanes[0].phases[0].optimizer.lr, 0.004);
}

TEST_P(Arriving, edits_on_the_way_to_a_new_step_act_at_once) {
    Spec spec = slow_spec();
    const auto one = trainer(spec);
    one->send(RunTo{1'000'000'000});
    EXPECT_FALSE(one->drain(0.02));
    one->send(rate(0.003));
    for (int i = 0; i < 1000 && one->snapshot()->events->empty(); ++i) one->drain(0.01);
    EXPECT_EQ(one->snapshot()->events->size(), 1u);
    EXPECT_EQ(one->snapshot()->state, TrainerState::running);
    after(*one, {Pause{}});
}

TEST_P(Arriving, a_pause_calls_the_way_off_and_what_waited_is_done_where_it_stands) {
    const auto one = trainer(slow_spec());
    after(*one, {RunTo{2000}});
    const auto paused = after(*one, {RunTo{1999}, rate(0.003), Pause{}});
    EXPECT_EQ(paused->state, TrainerState::paused);
    EXPECT_LE(paused->step, 1999);
    if (GetParam() == 0) {
        EXPECT_LT(paused->step, 1999);
    }
    ASSERT_EQ(one->saved().log.size(), 1u);
    EXPECT_EQ(one->saved().log[0].step, paused->step);
    // Nothing is left behind that would wait.
    EXPECT_EQ(after(*one, {StepOnce{}})->step, paused->step + 1);
}

TEST_P(Arriving, another_step_takes_its_place_and_so_does_another_session) {
    const auto one = trainer(slow_spec());
    after(*one, {RunTo{300}});
    after(*one, {rate(0.003)});
    ASSERT_EQ(one->saved().log.size(), 1u);
    after(*one, {RunTo{600}});
    // On the way to 500 it turns to 200, from which the edit is in the future.
    EXPECT_EQ(after(*one, {RunTo{500}, RunTo{400}, RunTo{200}})->step, 200);
    after(*one, {RunTo{600}});
    EXPECT_TRUE(one->saved().log.empty());
    // And to a later step of the way than where it stands, with nothing beyond it left.
    for (const LaneSnapshot& lane :
         after(*one, {RunTo{100}, RunTo{350}, RunTo{50}, RunTo{70}})->lanes)
        EXPECT_LE(lane.history.step(lane.history.size() - 1), 70);
    Spec other = small_spec();
    other.name = "other";
    const auto opened = after(*one, {RunTo{10}, rate(0.004), Start{}, SetSpec{other}});
    EXPECT_EQ(opened->spec->name, "other");
    EXPECT_EQ(opened->state, TrainerState::running);
    EXPECT_EQ(opened->spec->lanes[0].phases[0].optimizer.lr, 0.01);
}

TEST_P(Arriving, an_opened_session_is_where_it_was_saved_before_it_is_changed) {
    SessionFile file;
    {
        const auto saved = trainer(slow_spec());
        after(*saved, {RunTo{101}});
        after(*saved, {rate(0.003)});
        after(*saved, {RunTo{400}});
        file = saved->saved();
    }
    const auto one = trainer(small_spec());
    after(*one, {OpenSession{std::make_shared<const SessionFile>(file)}, rate(0.002)});
    const SessionFile changed = one->saved();
    ASSERT_EQ(changed.log.size(), 2u);
    EXPECT_EQ(changed.log[0].step, 101);
    EXPECT_EQ(changed.log[1].step, 400);
    EXPECT_EQ(one->snapshot()->message, "");
}

// Edits are counted as done only where they have been.
TEST_P(Arriving, a_command_that_waits_is_not_done) {
    const std::int64_t far = sanitized ? 300 : 2000;
    const auto one = trainer(slow_spec());
    after(*one, {RunTo{far}});
    one->send(RunTo{far - 1});
    const std::uint64_t number = one->send(rate(0.003));
    bool seen = false;
    for (int i = 0; i < 60000 && !seen; ++i) {
        one->drain(0.001);
        const auto snapshot = one->snapshot();
        seen = snapshot->commands >= number;
        EXPECT_EQ(seen, snapshot->spec->lanes[0].phases[0].optimizer.lr == 0.003);
        EXPECT_TRUE(seen ? snapshot->step == far - 1 : snapshot->pending == "changing");
    }
    EXPECT_TRUE(seen);
}

// Sent in one go, as a model does them one after the other.
TEST_P(Arriving, whatever_is_sent_behind_a_step_back_acts_there) {
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const auto pick = [&](int below) {
            return static_cast<int>(random() % static_cast<unsigned>(below));
        };
        const auto one = trainer(small_spec());
        WorkerPool pool(1);
        Session told(small_spec());
        for (int turn = 0; turn < 40; ++turn) {
            const std::int64_t step = told.step();
            switch (pick(4)) {
                case 0: {  // to a new step everything acts on the way: so nothing follows at once
                    const std::int64_t forward = step + 1 + pick(200);
                    after(*one, {RunTo{forward}});
                    told.advance_to(forward, pool);
                    break;
                }
                case 1: {
                    const std::int64_t back = pick(static_cast<int>(step) + 1);
                    one->send(RunTo{back});
                    if (back < step) told.go_back_to(back, pool);
                    break;
                }
                case 2: {
                    const Edit edit = rate(0.001 + 1e-5 * turn);
                    one->send(std::get<SetParameter>(edit));
                    told.apply(edit);
                    break;
                }
                default: {
                    const SwapOptimizers swap{pick(2) == 0};
                    one->send(swap);
                    told.apply(swap);
                }
            }
        }
        one->drain();
        SessionFile file = one->saved(), expected = told.saved();
        file.spec.experiment.run.speed = expected.spec.experiment.run.speed;
        ASSERT_EQ(to_json(file), to_json(expected));
    }
}

}  // namespace
}  // namespace muonscope
