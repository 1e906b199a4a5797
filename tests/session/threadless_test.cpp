// A session driven without any thread, a slice of time per call, beside one on a thread of its own.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/experiment/presets.h"
#include "core/session/reproduction.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "tests/session/random_commands.h"
#include "tests/session/small_specs.h"
#include "tests/threads_here.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::small_spec;

std::vector<std::uint64_t> hashes(const Snapshot& snapshot) {
    std::vector<std::uint64_t> result;
    for (const LaneSnapshot& lane : snapshot.lanes) result.push_back(lane.state_hash.value());
    return result;
}

class Threadless : public testing::Test {
  protected:
    Threadless() : threads_(test::lasting_threads()) {}
    ~Threadless() override { EXPECT_TRUE(test::threads_become(threads_)); }

    TrainerOptions options() {
        return {.workers = 4, .on_snapshot = [this] { ++snapshots; }, .workplace = &workplace};
    }
    template <class Condition>
    void work_until(const Trainer& trainer, Condition holds) {
        const auto end = Clock::now() + 60s;
        while (!holds(*trainer.snapshot()) && Clock::now() < end) workplace.work(0.004);
        EXPECT_TRUE(holds(*trainer.snapshot()));
        EXPECT_EQ(test::threads_here(), threads_);
    }

    const std::ptrdiff_t threads_;
    Workplace workplace{0};
    int snapshots = 0;
};

TEST_F(Threadless, trains_in_the_time_it_is_given_and_not_otherwise) {
    Spec spec = small_spec();
    spec.experiment.run.speed = 0;
    Trainer trainer(spec, options());
    EXPECT_EQ(trainer.snapshot()->step, 0);
    EXPECT_EQ(trainer.snapshot()->lanes.size(), 2U);
    trainer.send(Start{});
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(trainer.snapshot()->state, TrainerState::idle);
    EXPECT_TRUE(workplace.work(0.05));
    const auto running = trainer.snapshot();
    EXPECT_EQ(running->state, TrainerState::running);
    EXPECT_GT(running->step, 0);
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(trainer.snapshot()->step, running->step);
    EXPECT_GT(snapshots, 1);
    trainer.send(Pause{});
    EXPECT_EQ(trainer.snapshot()->state, TrainerState::stopping);
    EXPECT_FALSE(workplace.work(0.05));  // nothing is left to do
    EXPECT_EQ(trainer.snapshot()->state, TrainerState::paused);
    EXPECT_TRUE(std::isinf(workplace.seconds_to_next()));
}

TEST_F(Threadless, comes_to_the_bits_that_a_thread_comes_to) {
    const auto history = [](Trainer& trainer, const auto& run_to) {
        trainer.send(SetSpeed{0});
        trainer.send(Start{});
        run_to(300);
        for (const Command& command :
             std::vector<Command>{Pause{}, RunTo{250}, SetParameter{"optimizer.lr", 0.004},
                                  RunTo{400}, SwapOptimizers{}, StepOnce{7}, RunTo{1000}}) {
            trainer.send(command);
            trainer.drain();
        }
        const auto last = trainer.snapshot();
        EXPECT_EQ(last->step, 1000);
        return std::pair{hashes(*last), to_json(trainer.saved())};
    };
    Trainer threaded(small_spec());
    const auto expected = history(threaded, [&](std::int64_t step) {
        while (threaded.snapshot()->step < step) std::this_thread::sleep_for(1ms);
    });
    const auto end_of_thread = threaded.stop(60);
    EXPECT_TRUE(end_of_thread);
    {
        Workplace nowhere(0);
        Trainer trainer(small_spec(), {.on_snapshot = {}, .workplace = &nowhere});
        const auto found = history(trainer, [&](std::int64_t step) {
            while (trainer.snapshot()->step < step) nowhere.work(0.003);
        });
        EXPECT_EQ(found, expected);
    }
    WorkerPool pool(1);
    const Session replayed =
        Session::replay(session_file_from_json(expected.second, "session"), pool);
    EXPECT_EQ(replayed.lane(0).state_hash(), expected.first[0]);
    EXPECT_EQ(replayed.lane(1).state_hash(), expected.first[1]);
}

TEST_F(Threadless, an_edit_has_its_effect_in_the_next_slice) {
    Trainer trainer(small_spec(), options());
    trainer.send(Start{});
    work_until(trainer, [](const Snapshot& s) { return s.step > 3; });
    trainer.send(SetParameter{"optimizer.lr", 0.0125});
    EXPECT_EQ(trainer.snapshot()->pending, "changing");
    workplace.work(0);
    EXPECT_EQ(trainer.snapshot()->pending, "changing");  // no time was given
    workplace.work(0.001);
    EXPECT_EQ(trainer.snapshot()->spec->lanes[1].phases[0].optimizer.lr, 0.0125);
    EXPECT_EQ(trainer.snapshot()->events->size(), 1U);
}

TEST_F(Threadless, waiting_for_commands_does_them) {
    Trainer trainer(small_spec(), options());
    trainer.send(RunTo{500});
    EXPECT_TRUE(trainer.drain(60));
    EXPECT_EQ(trainer.snapshot()->step, 500);
    trainer.send(RunTo{1'000'000'000});
    EXPECT_FALSE(trainer.drain(0.1));
    EXPECT_GT(trainer.snapshot()->step, 500);
    auto file = trainer.saving();
    EXPECT_EQ(file.wait_for(0s), std::future_status::ready);
    EXPECT_GE(file.get().step, 500);
    EXPECT_TRUE(trainer.stop(60));
    EXPECT_FALSE(workplace.work(0.01));
}

TEST_F(Threadless, keeps_to_the_wanted_speed_when_it_is_given_the_time) {
    Spec spec = small_spec();
    spec.experiment.run.speed = 200;
    Trainer trainer(spec, options());
    trainer.send(Start{});
    workplace.work(0.001);
    const double wait = workplace.seconds_to_next();
    EXPECT_LE(wait, 0.005);
    const auto begun = Clock::now();
    work_until(trainer, [](const Snapshot& s) { return s.step >= 40; });
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    EXPECT_GT(seconds, 0.17);
}

TEST_F(Threadless, a_problem_is_built_when_time_is_given_unless_it_is_waited_for) {
    TrainerOptions patient = options();
    patient.patience = 0.15;
    Trainer trainer(small_spec(), patient);
    EXPECT_TRUE(trainer.snapshot()->lanes.empty());
    EXPECT_TRUE(trainer.snapshot()->building);
    workplace.work(0.001);
    EXPECT_EQ(trainer.snapshot()->lanes.size(), 2U);
    EXPECT_FALSE(trainer.snapshot()->building);
    Spec other = small_spec();
    other.name = "other";
    trainer.send(SetSpec{other});
    trainer.drain();
    EXPECT_EQ(trainer.snapshot()->spec->name, "other");
}

TEST_F(Threadless, what_cannot_be_built_throws_or_is_an_error_that_a_change_leads_out_of) {
    Spec spec = small_spec();
    spec.experiment.target.kind = TargetKind::file;
    spec.experiment.target.file = "/nowhere/target.npy";
    EXPECT_THROW(Trainer(spec, options()), Error);
    TrainerOptions patient = options();
    patient.patience = 0;
    Trainer trainer(spec, patient);
    trainer.drain();
    EXPECT_TRUE(trainer.snapshot()->building);  // nothing was asked for: it has not been tried
    workplace.work(0.01);
    EXPECT_EQ(trainer.snapshot()->state, TrainerState::error);
    EXPECT_NE(trainer.snapshot()->message.find("/nowhere/target.npy"), std::string::npos);
    trainer.send(SetParameter{"target.kind", std::string("exponential")});
    trainer.drain();
    EXPECT_TRUE(trainer.snapshot()->problem);
}

TEST_F(Threadless, two_trainers_and_jobs_share_one_workplace) {
    Trainer one(small_spec(), options()), two(small_spec(), options());
    one.send(RunTo{2000});
    two.send(RunTo{1000});
    two.send(SetParameter{"optimizer.lr", 0.001});
    const Reproduction run({published_experiment("screening")}, 1, {}, workplace, 2);
    while (workplace.work(0.004)) continue;
    EXPECT_EQ(one.snapshot()->step, 2000);
    EXPECT_EQ(two.snapshot()->step, 1000);
    EXPECT_TRUE(run.wait_for(0ms));
    EXPECT_FALSE(run.progress()[0].figures.empty());
}

TEST(Trainer, at_a_workplace_of_threads_with_others_comes_to_the_same_bits) {
    Workplace workplace(2);
    std::vector<std::unique_ptr<Trainer>> trainers;
    for (int i = 0; i < 4; ++i)
        trainers.push_back(std::make_unique<Trainer>(
            small_spec(),
            TrainerOptions{.workers = 1 + i % 2, .on_snapshot = {}, .workplace = &workplace}));
    for (const auto& trainer : trainers) trainer->send(RunTo{700});
    for (const auto& trainer : trainers) trainer->drain();
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(700, pool);
    for (const auto& trainer : trainers)
        EXPECT_EQ(hashes(*trainer->snapshot()), hashes(*session.snapshot()));
}

// From another thread, while this one gives it time.
TEST_F(Threadless, survives_random_commands) {
    auto trainer = std::make_unique<Trainer>(small_spec(), options());
    std::atomic<bool> done = false;
    std::thread sender([&] {
        Generator random(7, Purpose::noise);
        for (int i = 0; i < 1000; ++i) {
            trainer->send(test::random_command(random));
            if (random.below(8) == 0)
                std::this_thread::sleep_for(std::chrono::microseconds(random.below(1000)));
            if (random.below(100) == 0) (void)to_json(trainer->saved());
            if (random.below(100) == 0) trainer->drain(0.001);
        }
        done = true;
    });
    while (!done) {
        workplace.work(0.002);
        EXPECT_TRUE(trainer->snapshot());
    }
    sender.join();
    trainer->send(SetSpec{small_spec()});
    trainer->send(RunTo{25});
    trainer->drain();
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(25, pool);
    EXPECT_EQ(hashes(*trainer->snapshot()), hashes(*session.snapshot()));
}

}  // namespace
}  // namespace muonscope
