#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::small_spec;

// Large enough that building, measuring and stepping all take many frames, which a sanitizer makes
// of fewer numbers.
Spec large_spec(int width = 320, int depth = 6) {
    if (sanitized) width = width * 3 / 8;
    Spec spec = small_spec();
    spec.name = spec.title = "large";
    spec.experiment.network.depth = depth;
    spec.experiment.network.width = width;
    spec.experiment.run.speed = 0;
    return spec;
}

template <class Condition>
std::shared_ptr<const Snapshot> wait_for(const Trainer& trainer, Condition condition) {
    const auto end = Clock::now() + 120s;
    for (;;) {
        auto snapshot = trainer.snapshot();
        if (condition(*snapshot)) return snapshot;
        if (Clock::now() > end) {
            ADD_FAILURE() << "waited for two minutes";
            return snapshot;
        }
        std::this_thread::sleep_for(1ms);
    }
}

std::vector<std::uint64_t> hashes(const Snapshot& snapshot) {
    std::vector<std::uint64_t> result;
    for (const LaneSnapshot& lane : snapshot.lanes) result.push_back(lane.state_hash.value());
    return result;
}

TEST(Building, a_large_problem_is_there_later_and_says_how_far_it_is_meanwhile) {
    Trainer trainer(large_spec(), {.workers = 1, .on_snapshot = {}, .patience = 0});
    const auto first = trainer.snapshot();
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->problem);
    EXPECT_TRUE(first->lanes.empty());
    ASSERT_TRUE(first->building);
    ASSERT_TRUE(first->spec);
    EXPECT_EQ(first->spec->name, "large");
    std::set<std::string> said;
    double done = 0;
    const auto built = wait_for(trainer, [&](const Snapshot& s) {
        if (s.building) {
            said.insert(s.building->what);
            EXPECT_GE(s.building->done, done);
            EXPECT_LE(s.building->done, 1);
            done = s.building->done;
        }
        return s.problem != nullptr;
    });
    EXPECT_GE(said.size(), 3U);
    EXPECT_GT(done, 0.3);
    EXPECT_FALSE(built->building);
    EXPECT_EQ(built->state, TrainerState::idle);
    Session session(large_spec());
    EXPECT_EQ(hashes(*built), hashes(*session.snapshot()));
}

TEST(Building, the_picture_of_before_stays_until_the_new_one_is_there) {
    Trainer trainer(small_spec());
    trainer.send(SetSpec{large_spec()});
    bool seen = false;
    wait_for(trainer, [&](const Snapshot& s) {
        EXPECT_TRUE(s.problem);
        EXPECT_EQ(s.lanes.size(), 2U);
        if (s.building) {
            seen = true;
            EXPECT_NE(s.spec->name, "large");
            EXPECT_EQ(s.building->spec->name, "large");
        }
        return s.spec->name == "large";
    });
    EXPECT_TRUE(seen);
}

TEST(Building, a_newer_choice_calls_off_what_is_being_built) {
    std::atomic<bool> large_was_shown = false;
    Trainer* watched = nullptr;
    std::atomic<bool> ready = false;
    Trainer trainer(small_spec(), {.workers = 1, .on_snapshot = [&] {
                                       if (ready && watched->snapshot()->spec->name == "large")
                                           large_was_shown = true;
                                   }});
    watched = &trainer;
    ready = true;
    Spec other = small_spec();
    other.name = "other";
    other.experiment.seed = 77;
    trainer.send(SetSpec{large_spec(640, 8)});
    trainer.send(Start{});
    wait_for(trainer, [](const Snapshot& s) { return s.building.has_value(); });
    trainer.send(SetSpec{other});
    trainer.send(Pause{});
    trainer.drain();
    const auto now = trainer.snapshot();
    EXPECT_EQ(now->spec->name, "other");
    EXPECT_FALSE(now->building);
    EXPECT_FALSE(large_was_shown);
    trainer.send(RunTo{20});
    trainer.drain();
    // What was called off left nothing behind.
    WorkerPool pool(1);
    Session session(other);
    session.advance_to(20, pool);
    EXPECT_EQ(hashes(*trainer.snapshot()), hashes(*session.snapshot()));
}

TEST(Building, a_choice_made_before_the_first_problem_is_there_takes_its_place) {
    Trainer trainer(large_spec(640, 8), {.workers = 1, .on_snapshot = {}, .patience = 0});
    Spec other = small_spec();
    other.name = "other";
    trainer.send(SetSpec{other});
    trainer.send(RunTo{5});
    trainer.drain();
    EXPECT_EQ(trainer.snapshot()->spec->name, "other");
    EXPECT_EQ(trainer.snapshot()->step, 5);
}

TEST(Building, pausing_is_seen_at_once_while_a_step_is_under_way) {
    Trainer trainer(large_spec());
    trainer.send(Start{});
    wait_for(trainer, [](const Snapshot& s) { return s.step > 0; });
    trainer.send(Pause{});
    const auto seen = trainer.snapshot();
    if (seen->state != TrainerState::paused) {  // the step had ended just then
        EXPECT_EQ(seen->state, TrainerState::stopping);
        EXPECT_EQ(seen->pending, "pausing");
    }
    const auto paused =
        wait_for(trainer, [](const Snapshot& s) { return s.state == TrainerState::paused; });
    EXPECT_TRUE(paused->pending.empty());
    EXPECT_TRUE(paused->can_start());
}

TEST(Building, whatever_is_asked_during_a_step_is_seen_to_wait) {
    Trainer trainer(large_spec());
    trainer.send(Start{});
    wait_for(trainer, [](const Snapshot& s) { return s.step > 0; });
    trainer.send(SetParameter{"optimizer.lr", 0.001});
    const auto seen = trainer.snapshot();
    if (seen->spec->lanes[0].phases[0].optimizer.lr != 0.001) {
        EXPECT_EQ(seen->pending, "changing");
    }
    trainer.send(Pause{});
    trainer.drain();
    EXPECT_TRUE(trainer.snapshot()->pending.empty());
    EXPECT_EQ(trainer.snapshot()->spec->lanes[0].phases[0].optimizer.lr, 0.001);
}

TEST(Building, what_cannot_be_built_is_an_error_that_a_change_leads_out_of) {
    Spec spec = small_spec();
    spec.experiment.target.kind = TargetKind::file;
    spec.experiment.target.file = "/nowhere/target.npy";
    EXPECT_THROW(Trainer{spec}, Error);

    // With the patience of a window: either it shows at once, or as a state.
    try {
        Trainer trainer(spec, {.workers = 1, .on_snapshot = {}, .patience = 0});
        const auto failed =
            wait_for(trainer, [](const Snapshot& s) { return s.state == TrainerState::error; });
        EXPECT_NE(failed->message.find("/nowhere/target.npy"), std::string::npos);
        EXPECT_FALSE(failed->problem);
        EXPECT_FALSE(failed->building);
        trainer.send(Start{});
        trainer.send(StepOnce{});
        trainer.drain();
        EXPECT_EQ(trainer.snapshot()->step, 0);
        trainer.send(SetParameter{"target.kind", std::string("exponential")});
        trainer.send(Pause{});
        trainer.drain();
        EXPECT_TRUE(trainer.snapshot()->problem);
        EXPECT_TRUE(trainer.snapshot()->message.empty()) << trainer.snapshot()->message;
        EXPECT_NE(trainer.snapshot()->state, TrainerState::error);
    } catch (const Error& fault) {
        EXPECT_NE(std::string(fault.what()).find("/nowhere/target.npy"), std::string::npos);
    }
}

// How long it takes to end, while the condition holds.
template <class Condition>
double seconds_to_end(Spec spec, Condition condition) {
    Trainer trainer(std::move(spec), {.workers = 1, .on_snapshot = {}, .patience = 0});
    trainer.send(Start{});
    wait_for(trainer, condition);
    std::this_thread::sleep_for(30ms);
    const auto began = Clock::now();
    EXPECT_TRUE(trainer.stop(60));
    return std::chrono::duration<double>(Clock::now() - began).count();
}

// A step of this net takes seconds: its end would be far away.
TEST(Building, the_end_calls_off_a_problem_a_step_and_a_measure) {
    const Spec spec = large_spec(512, 16);
    const double building =
        seconds_to_end(spec, [](const Snapshot& s) { return s.building.has_value(); });
    const double training =
        seconds_to_end(spec, [](const Snapshot& s) { return s.state == TrainerState::running; });
    RecordProperty("building", std::to_string(building));
    RecordProperty("training", std::to_string(training));
#if defined(NDEBUG)
    if (sanitized) return;
    EXPECT_LT(building, 2);
    EXPECT_LT(training, 2);
#endif
}

TEST(WorkScope, tells_and_calls_off_in_its_own_thread_only) {
    std::atomic<bool> flag = false;
    std::vector<std::pair<std::string, double>> told;
    {
        const WorkScope outer(
            &flag, [&](std::string_view what, double done) { told.emplace_back(what, done); });
        work_span(0.5, 1);
        work_point("part", 0, 2);
        work_point("part", 1, 2);
        {
            const WorkScope silent(nullptr);
            work_point("not told", 0, 1);
        }
        flag = true;
        EXPECT_THROW(work_point(), Abandoned);
        std::thread([] { EXPECT_NO_THROW(work_point()); }).join();
    }
    EXPECT_NO_THROW(work_point());
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0], (std::pair<std::string, double>{"part 1 of 2", 0.5}));
    EXPECT_EQ(told[1], (std::pair<std::string, double>{"part 2 of 2", 0.75}));
}

}  // namespace
}  // namespace muonscope
