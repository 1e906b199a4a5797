#include "core/session/trainer.h"
#include "core/documents/session_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "core/session/pacer.h"
#include "core/session/session.h"
#include "tests/session/random_commands.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;
using namespace std::chrono_literals;

std::shared_ptr<const SessionFile> file_of(const std::string& json) {
    return std::make_shared<const SessionFile>(session_file_from_json(json));
}

// A trainer whose snapshots can be waited for.
class Watched {
  public:
    explicit Watched(Spec spec, int workers = 1)
        : trainer(std::move(spec), {.workers = workers, .on_snapshot = [this] { notify(); }}) {}

    template <class Condition>
    std::shared_ptr<const Snapshot> wait_for(Condition condition) {
        std::unique_lock lock(mutex_);
        const auto end = std::chrono::steady_clock::now() + 30s;
        std::shared_ptr<const Snapshot> snapshot;
        while (!condition(*(snapshot = trainer.snapshot())))
            if (changed_.wait_until(lock, end) == std::cv_status::timeout) {
                ADD_FAILURE() << "waited for 30 s";
                break;
            }
        return snapshot;
    }
    std::shared_ptr<const Snapshot> after(const Command& command) {
        trainer.send(command);
        trainer.drain();
        return trainer.snapshot();
    }

  private:
    void notify() {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;

  public:
    Trainer trainer;
};

TEST(Trainer, is_idle_with_step_0_measured_when_it_is_there) {
    Trainer trainer(small_spec());
    const auto snapshot = trainer.snapshot();
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->state, TrainerState::idle);
    EXPECT_EQ(snapshot->step, 0);
    ASSERT_EQ(snapshot->lanes.size(), 2u);
    EXPECT_EQ(snapshot->lanes[0].history.size(), 1u);
    EXPECT_TRUE(snapshot->can_start());
}

TEST(Trainer, a_bad_spec_throws_before_there_is_a_thread) {
    Spec spec = small_spec();
    spec.experiment.network.width = 0;
    EXPECT_THROW(Trainer{spec}, Error);
}

TEST(Trainer, goes_through_its_states) {
    Spec spec = small_spec();
    spec.experiment.run.speed = 500;
    Watched w(spec);
    EXPECT_EQ(w.after(Start{})->state, TrainerState::running);
    w.wait_for([](const Snapshot& s) { return s.step > 20; });
    const auto paused = w.after(Pause{});
    EXPECT_EQ(paused->state, TrainerState::paused);
    EXPECT_EQ(w.after(StepOnce{})->step, paused->step + 1);
    EXPECT_EQ(w.trainer.snapshot()->state, TrainerState::paused);
    EXPECT_EQ(w.after(StepOnce{30})->step, paused->step + 31);
    EXPECT_EQ(w.after(RunTo{2000})->step, 2000);
    EXPECT_EQ(w.after(RunTo{10})->step, 10);
    EXPECT_EQ(w.trainer.snapshot()->lanes[0].now_step, 10);
    const auto reset = w.after(Reset{});
    EXPECT_EQ(reset->step, 0);
    EXPECT_EQ(reset->state, TrainerState::idle);
}

TEST(Trainer, pausing_stepping_and_going_back_leave_the_bits_alone) {
    Session session(small_spec());
    WorkerPool pool(1);
    session.advance_to(3000, pool);
    for (const int workers : {1, 2}) {
        Watched w(small_spec(), workers);
        w.after(SetSpeed{0});
        w.after(Start{});
        w.wait_for([](const Snapshot& s) { return s.step > 200; });
        w.after(Pause{});
        w.after(StepOnce{});
        w.after(RunTo{150});
        w.after(StepOnce{7});
        const auto snapshot = w.after(RunTo{3000});
        ASSERT_EQ(snapshot->step, 3000);
        for (int lane = 0; lane < 2; ++lane)
            EXPECT_EQ(snapshot->lanes[lane].state_hash, session.lane(lane).state_hash());
    }
}

TEST(Trainer, live_edits_replay_from_the_session_file) {
    Watched w(small_spec());
    w.after(SetSpeed{0});
    w.after(Start{});
    for (int i = 1; i <= 20; ++i) {
        const std::int64_t past = 100 * i;
        w.wait_for([past](const Snapshot& s) { return s.step > past; });
        if (i % 5 == 0)
            w.after(SwapOptimizers{i % 2 == 0});
        else
            w.after(SetParameter{"optimizer.lr", 0.001 * i});
    }
    w.after(Pause{});
    WorkerPool pool(2);
    Session replayed = Session::replay(w.trainer.saved(), pool);
    EXPECT_EQ(replayed.step(), w.trainer.snapshot()->step);
    EXPECT_EQ(replayed.lane(1).state_hash(), w.trainer.snapshot()->lanes[1].state_hash);
}

TEST(Trainer, opens_a_session_file_at_the_step_and_with_the_bits_it_was_saved_with) {
    Watched saved(small_spec());
    saved.after(RunTo{40});
    saved.after(SetParameter{"optimizer.lr", 0.003});
    saved.after(RunTo{70});
    saved.after(SwapOptimizers{});
    const auto end = saved.after(RunTo{300});
    const std::string json = to_json(saved.trainer.saved());

    Watched w(small_spec());
    w.after(SetParameter{"optimizer.lr", 0.01});
    w.after(RunTo{20});
    const auto opened = w.after(OpenSession{file_of(json)});
    EXPECT_EQ(opened->message, "");
    EXPECT_EQ(opened->state, TrainerState::paused);
    ASSERT_EQ(opened->step, 300);
    for (std::size_t lane = 0; lane < 2; ++lane)
        EXPECT_EQ(opened->lanes[lane].state_hash, end->lanes[lane].state_hash);
    EXPECT_EQ(opened->events->size(), end->events->size());
    // It goes on as the first would have.
    EXPECT_EQ(w.after(RunTo{400})->lanes[1].state_hash,
              saved.after(RunTo{400})->lanes[1].state_hash);
    EXPECT_EQ(to_json(w.trainer.saved()), to_json(saved.trainer.saved()));
}

TEST(Trainer, says_when_an_opened_session_comes_to_other_bits) {
    Watched saved(small_spec());
    saved.after(RunTo{40});
    std::string json = to_json(saved.trainer.saved());
    const std::size_t hash = json.find("hash");
    ASSERT_NE(hash, std::string::npos);
    const std::size_t digit = json.find_first_of("0123456789abcdef", json.find(':', hash) + 3);
    json[digit] = json[digit] == '0' ? '1' : '0';
    Watched w(small_spec());
    const auto opened = w.after(OpenSession{file_of(json)});
    EXPECT_EQ(opened->step, 40);
    EXPECT_NE(opened->message.find("instead of step 40"), std::string::npos) << opened->message;
    EXPECT_EQ(w.after(OpenSession{std::make_shared<SessionFile>()})->step, 40);  // without a lane
    EXPECT_NE(w.trainer.snapshot()->message, "");
}

TEST(Trainer, a_failing_command_leaves_everything_but_its_message) {
    Watched w(small_spec());
    w.after(RunTo{30});
    const auto before = w.trainer.snapshot();
    Spec broken = small_spec();
    broken.lanes.clear();
    for (const Command& command : std::vector<Command>{
             SetSpec{broken}, SetParameter{"optimizer.lr", -3.0}, SetParameter{"nothing", 1.0},
             SetSpeed{-1}, RunTo{-5}, StepOnce{0}, SetLane{9, {}}}) {
        const auto after = w.after(command);
        EXPECT_FALSE(after->message.empty());
        EXPECT_EQ(after->state, TrainerState::paused);
        EXPECT_EQ(after->step, 30);
        EXPECT_EQ(after->lanes[0].state_hash, before->lanes[0].state_hash);
    }
    EXPECT_TRUE(w.after(SetParameter{"optimizer.lr", 0.004})->message.empty());
}

TEST(Trainer, a_bad_edit_does_not_stop_the_run) {
    Watched w(small_spec());
    w.after(Start{});
    const auto snapshot = w.after(SetParameter{"optimizer.lr", -3.0});
    EXPECT_EQ(snapshot->state, TrainerState::running);
    EXPECT_NE(snapshot->message.find("-3"), std::string::npos);
    w.wait_for([&](const Snapshot& s) { return s.step > snapshot->step + 3; });
}

Spec with_rates(double first, double second) {
    Spec spec = preset("two-ways-up");
    spec.lanes[0].phases[0].optimizer.lr = first;
    spec.lanes[1].phases[0].optimizer = spec.lanes[0].phases[0].optimizer;
    spec.lanes[1].phases[0].optimizer.lr = second;
    return spec;
}

TEST(Trainer, goes_on_while_a_lane_lives_and_says_which_one_does_not) {
    Spec spec = preset("two-ways-up");
    spec.experiment.record.dense = 1;  // its rows are not looked at
    spec.lanes[0].phases[0].optimizer.lr = 10;
    spec.experiment.run.speed = 0;
    Watched w(spec);
    w.trainer.send(Start{});
    const auto running = w.wait_for([](const Snapshot& s) { return s.step > 300; });
    EXPECT_EQ(running->state, TrainerState::running);
    ASSERT_TRUE(running->lanes[0].divergence);
    EXPECT_LT(running->lanes[0].divergence->step, 100);
    EXPECT_TRUE(divergence_text(running->lanes[0], running->layout)
                    .starts_with(fmt::format("SGD diverged at step {} in layer ",
                                             running->lanes[0].divergence->step)));
    EXPECT_TRUE(divergence_text(running->lanes[1], running->layout).empty());
    EXPECT_GT(running->lanes[1].step, 300);
    const auto paused = w.after(Pause{});
    EXPECT_TRUE(paused->can_start());
    EXPECT_TRUE(paused->can_step());
    EXPECT_EQ(w.after(StepOnce{})->lanes[1].step, paused->step + 1);
    EXPECT_EQ(w.after(RunTo{2})->lanes[0].step, 2);
    EXPECT_FALSE(w.trainer.snapshot()->lanes[0].divergence);
    EXPECT_EQ(w.after(Start{})->state, TrainerState::running);
    w.after(SetParameter{"lanes.0.optimizer.lr", 0.01});
    w.after(Reset{});
    w.wait_for([](const Snapshot& s) {
        return s.state == TrainerState::running && s.step > 300 && !s.lanes[0].divergence;
    });
}

TEST(Trainer, is_diverged_once_no_lane_goes_on) {
    Watched w(with_rates(10, 2));
    w.after(SetSpeed{0});
    w.trainer.send(Start{});
    const auto stopped =
        w.wait_for([](const Snapshot& s) { return s.state == TrainerState::diverged; });
    for (const LaneSnapshot& lane : stopped->lanes) EXPECT_TRUE(lane.divergence);
    EXPECT_FALSE(stopped->can_start());
    EXPECT_EQ(w.after(Start{})->state, TrainerState::diverged);
    // One that goes on takes the run along.
    w.after(LowerRate{1, 0.001});
    w.wait_for([&](const Snapshot& s) {
        return s.state == TrainerState::running && s.step > stopped->step + 20;
    });
    EXPECT_EQ(w.after(Reset{})->state, TrainerState::running);
}

TEST(Trainer, a_lane_that_goes_on_comes_up_to_the_present_and_the_run_stays_as_it_was) {
    for (const bool playing : {false, true}) {
        Spec spec = preset("two-ways-up");
        spec.experiment.record.dense = 1;  // its rows are not looked at
        spec.lanes[0].phases[0].optimizer.lr = 1;
        spec.experiment.run.speed = playing ? 50 : 0;
        Watched w(spec);
        w.after(RunTo{200});
        if (playing) w.after(Start{});
        const auto lowered = w.after(LowerRate{0, 0.01});
        EXPECT_GE(lowered->step, 200);
        EXPECT_EQ(lowered->lanes[0].step, lowered->step);
        EXPECT_EQ(lowered->lanes[1].step, lowered->step);
        EXPECT_FALSE(lowered->lanes[0].divergence);
        EXPECT_EQ(lowered->state, playing ? TrainerState::running : TrainerState::paused);
        const auto paused = w.after(Pause{});
        WorkerPool pool(1);
        const Session replayed = Session::replay(w.trainer.saved(), pool);
        for (int lane : {0, 1})
            EXPECT_EQ(replayed.lane(lane).state_hash(), paused->lanes[lane].state_hash);
    }
}

TEST(Trainer, a_run_whose_phases_end_is_finished_and_a_longer_phase_goes_on) {
    Spec spec = small_spec();
    for (Recipe& recipe : spec.lanes) recipe.phases[0].until.steps = 40;
    spec.experiment.run.speed = 0;
    Watched w(spec);
    w.trainer.send(Start{});
    w.wait_for([](const Snapshot& s) { return s.state == TrainerState::finished; });
    EXPECT_EQ(w.trainer.snapshot()->step, 40);
    EXPECT_TRUE(w.trainer.snapshot()->lanes[0].finished);
    Recipe longer = spec.lanes[0];
    longer.phases[0].until.steps = 60;
    w.trainer.send(SetLane{0, longer});
    w.wait_for([](const Snapshot& s) {
        return s.state == TrainerState::finished && s.lanes[0].step == 60;
    });
    EXPECT_EQ(w.after(RunTo{20})->state, TrainerState::paused);
    EXPECT_EQ(w.trainer.snapshot()->step, 20);
}

TEST(Trainer, copies_the_newest_step_while_it_runs_only_where_somebody_looks) {
    Spec spec = small_spec();
    spec.experiment.run.speed = 0;
    Watched w(spec);
    const auto running = [](bool moves) {
        return [moves](const Snapshot& s) {
            return s.state == TrainerState::running && !s.lanes.empty() &&
                   (s.lanes[1].move != nullptr) == moves;
        };
    };
    w.trainer.send(Start{});
    w.wait_for(running(false));  // at first nobody does
    w.trainer.show_moves(true);
    w.wait_for(running(true));
    w.trainer.show_moves(false);
    w.wait_for(running(false));
    const auto paused = w.after(Pause{});
    ASSERT_TRUE(paused->lanes[1].move) << "nothing is in a hurry now";
    // It is the step that led here.
    WorkerPool pool(1);
    Session straight(spec);
    straight.advance_to(paused->step, pool);
    const auto matches = [&](int lane) {
        const SeenMove& move = *paused->lanes[static_cast<std::size_t>(lane)].move;
        for (int layer = 1; layer <= 2; ++layer) {
            const auto at = static_cast<std::size_t>(layer - 1);
            const Lane::Move own = straight.lane(lane).newest_move(layer);
            ASSERT_TRUE(own.update != nullptr && own.gradient != nullptr);
            EXPECT_EQ(move.updates[at], *own.update);
            EXPECT_EQ(move.gradients[at], *own.gradient);
            ASSERT_TRUE(own.optimizer != nullptr && move.optimizers[at]);
            EXPECT_EQ(move.optimizers[at]->spec, own.optimizer->spec());
            EXPECT_EQ(move.optimizers[at]->steps, paused->step);
        }
    };
    matches(0);
    matches(1);
    // Of an optimiser that is another since, what it holds tells nothing of the step.
    Command other = SetParameter{"lanes.0.optimizer.momentum", 0.7};
    const auto turned = w.after(std::move(other));
    ASSERT_TRUE(turned->lanes[0].move);
    EXPECT_FALSE(turned->lanes[0].move->optimizers[0]);
    EXPECT_TRUE(turned->lanes[1].move->optimizers[0]);
    // Yet the step to come is made of it.
    const LayerOptimizer::State* held = turned->lanes[0].move->next[0].get();
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(held->spec.momentum, 0.7);
    EXPECT_EQ(held->steps, paused->step);
    EXPECT_EQ(turned->lanes[1].move->next[0], turned->lanes[1].move->optimizers[0]);
}

// At the end of a phase the step that led there is one phase's, and the step to come another's.
TEST(Trainer, says_what_takes_the_step_after_a_phases_last) {
    for (const bool repeats : {false, true}) {
        Spec spec = small_spec();
        Recipe& recipe = spec.lanes[0];
        recipe.phases.resize(2, recipe.phases[0]);
        recipe.phases[0].layers = {1};
        recipe.phases[0].until.steps = 3;
        recipe.phases[1].layers = {2};
        recipe.phases[1].until.steps = 3;
        recipe.repeats = repeats;
        Session session(spec);
        WorkerPool pool(1);
        const auto move_at = [&](std::int64_t step) {
            session.advance_to(step, pool);
            return session.snapshot()->lanes[0].move;
        };
        EXPECT_EQ(move_at(2)->next_phase, 0);
        const auto first = move_at(3);
        EXPECT_EQ(session.lane(0).phase(), 0) << "it has not been asked yet";
        EXPECT_EQ(first->next_phase, 1);
        EXPECT_NE(first->optimizers[0], nullptr);
        EXPECT_EQ(first->next[0], nullptr) << "layer 1 rests";
        EXPECT_EQ(first->next[1], nullptr) << "layer 2 begins with empty buffers";
        const auto inside = move_at(4);
        EXPECT_EQ(inside->next_phase, 1);
        ASSERT_NE(inside->next[1], nullptr);
        EXPECT_EQ(inside->next[1], inside->optimizers[1]);
        const auto second = move_at(6);
        EXPECT_EQ(second->next_phase, repeats ? 0 : 1) << "where none comes, the last";
        if (!repeats) continue;
        EXPECT_EQ(second->optimizers[0], nullptr);
        ASSERT_NE(second->next[0], nullptr) << "what layer 1 held is still held";
        EXPECT_EQ(second->next[0]->steps, 3);
    }
}

TEST(Trainer, copies_weights_while_it_runs_only_where_somebody_looks) {
    Spec spec = small_spec();
    spec.experiment.run.speed = 0;
    spec.experiment.record.dense = 1;
    Watched w(spec);
    const auto running = [](bool weights) {
        return [weights](const Snapshot& s) {
            return s.state == TrainerState::running && !s.lanes.empty() &&
                   (s.lanes[1].weights != nullptr) == weights;
        };
    };
    w.trainer.show_weights(false);
    w.trainer.send(Start{});
    w.wait_for(running(false));
    w.trainer.show_weights(true);
    w.wait_for(running(true));
    w.trainer.show_weights(false);
    w.wait_for(running(false));
    const auto paused = w.after(Pause{});
    ASSERT_TRUE(paused->lanes[1].weights) << "nothing is in a hurry now";
    Session straight(spec);
    WorkerPool pool(1);
    straight.advance_to(paused->step, pool);
    EXPECT_EQ(*paused->lanes[1].weights, straight.lane(1).weights());
}

TEST(Trainer, keeps_to_the_wanted_speed) {
    Watched w(small_spec());
    w.after(SetSpeed{200});
    w.trainer.send(Start{});
    const auto first = w.wait_for([](const Snapshot& s) { return s.step >= 20; });
    const auto begun = std::chrono::steady_clock::now();
    const auto second = w.wait_for([&](const Snapshot& s) { return s.step >= first->step + 100; });
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    const double speed = static_cast<double>(second->step - first->step) / seconds;
    EXPECT_LT(speed, 240);
    EXPECT_EQ(second->wanted_speed, 200);
}

TEST(Trainer, publishes_at_most_its_rate_of_snapshots_while_it_runs) {
    Watched w(small_spec());
    w.after(SetSpeed{0});
    w.after(Start{});
    w.wait_for([](const Snapshot& s) { return s.step > 50; });
    const auto first = w.trainer.snapshot();
    std::this_thread::sleep_for(500ms);
    const auto last = w.trainer.snapshot();
    EXPECT_GT(last->step, first->step);
    EXPECT_LE(last->serial - first->serial, 34u);
}

TEST(Trainer, a_speed_set_as_a_parameter_acts_too) {
    Watched w(small_spec());
    w.after(StepOnce{20});
    w.after(SetParameter{"lanes.0.optimizer.lr", 0.03});
    const std::size_t edits = w.trainer.saved().log.size();
    EXPECT_EQ(w.after(SetParameter{"run.speed", 17.0})->wanted_speed, 17);
    EXPECT_EQ(w.trainer.saved().log.size(), edits) << "it changes no step";
    EXPECT_NE(w.after(SetParameter{"run.speed", -1.0})->message, "");
    EXPECT_EQ(w.trainer.snapshot()->wanted_speed, 17);
}

TEST(Trainer, a_session_opened_again_goes_at_the_speed_it_was_saved_with) {
    Watched w(small_spec());
    w.after(SetParameter{"run.speed", 20.0});
    w.after(SetSpeed{200});
    const SessionFile file = w.trainer.saved();
    EXPECT_EQ(file.spec.experiment.run.speed, 200);
    w.after(SetSpeed{30});
    EXPECT_EQ(w.after(OpenSession{std::make_shared<const SessionFile>(file)})->wanted_speed, 200);
}

TEST(Trainer, ends_at_once_while_it_runs_or_waits) {
    for (const bool running : {true, false}) {
        auto trainer = std::make_unique<Trainer>(small_spec());
        if (running) trainer->send(Start{});
        trainer->send(RunTo{1'000'000'000});
        std::this_thread::sleep_for(20ms);
        const auto begun = std::chrono::steady_clock::now();
        trainer.reset();
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    }
}

TEST(Pacer, spaces_steps_evenly_and_does_not_make_up_for_long_gaps) {
    Pacer pacer;
    const Clock::time_point start{};
    pacer.start(start, 100, 50);
    EXPECT_EQ(pacer.due(start, 100), 1);
    EXPECT_EQ(pacer.due(start + 1ms, 101), 0);
    EXPECT_EQ(pacer.deadline(101), start + 20ms);
    EXPECT_EQ(pacer.due(start + 20ms, 101), 1);
    EXPECT_EQ(pacer.due(start + 70ms, 102), 2);
    EXPECT_EQ(pacer.due(start + 10s, 104), 1);
}

TEST(StretchLength, grows_step_by_step_and_shrinks_at_once) {
    StretchLength length(0.004);
    EXPECT_EQ(length.steps(), 1);
    for (int i = 0; i < 20; ++i)
        length.took(length.steps(), 1e-5 * static_cast<double>(length.steps()));
    EXPECT_NEAR(static_cast<double>(length.steps()), 400, 1);
    length.took(length.steps(), static_cast<double>(length.steps()));
    EXPECT_EQ(length.steps(), 1);
}

TEST(Beside, takes_no_more_than_its_share_however_long_it_lasts) {
    Beside beside(0.2);
    Clock::time_point now{};
    EXPECT_TRUE(beside.may(now));
    double all = 0, taken = 0;
    for (const double seconds : {0.01, 0.05, 0.002, 0.3, 0.01}) {
        const auto lasted =
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        beside.took(now, now + lasted);
        now += lasted;
        EXPECT_FALSE(beside.may(now));
        EXPECT_FALSE(beside.may(now + 3 * lasted));
        now += 4 * lasted + 1us;
        EXPECT_TRUE(beside.may(now));
        taken += seconds;
        all += 5 * seconds;
    }
    EXPECT_LE(taken, 0.2001 * all);
}

// ---- the big one ----

// What a window does with a snapshot: reads all of it.
double read(const Snapshot& snapshot) {
    double sum = static_cast<double>(snapshot.step) + snapshot.reached_speed;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        for (const Matrix& weight : *lane.weights) sum += weight.sum();
        for (const double value : lane.now) sum += value;
        const HistoryView& history = lane.history;
        for (std::size_t i = 0; i < history.size(); ++i)
            sum +=
                history.value(i, 0) + history.row(i).back() + static_cast<double>(history.step(i));
        EXPECT_EQ(history.channels(), snapshot.layout.channels());
        EXPECT_EQ(lane.now.size(), snapshot.layout.channels());
    }
    for (const Event& event : *snapshot.events) sum += static_cast<double>(event.text.size());
    return sum;
}

TEST(Trainer, survives_ten_thousand_random_commands_from_two_threads) {
    constexpr int trainers = 4, commands_each = 1250;
    std::uint64_t snapshots_read = 0;
    for (int round = 0; round < trainers; ++round) {
        auto trainer = std::make_unique<Trainer>(
            small_spec(), TrainerOptions{.workers = 1 + round % 2, .on_snapshot = {}});
        std::atomic<bool> done = false;
        const auto send = [&](std::uint64_t seed) {
            Generator random(seed, Purpose::noise);
            for (int i = 0; i < commands_each; ++i) {
                trainer->send(test::random_command(random));
                if (random.below(8) == 0)
                    std::this_thread::sleep_for(std::chrono::microseconds(random.below(2000)));
                if (random.below(100) == 0) (void)to_json(trainer->saved());
            }
        };
        std::thread reader([&] {
            std::uint64_t serial = 0;
            while (!done) {
                const auto snapshot = trainer->snapshot();
                EXPECT_GE(snapshot->serial, serial);
                serial = snapshot->serial;
                (void)read(*snapshot);
                ++snapshots_read;
                std::this_thread::sleep_for(1ms);
            }
        });
        std::thread one(send, 100 + round), two(send, 200 + round);
        one.join();
        two.join();
        done = true;
        reader.join();
        if (round % 2 == 0) {
            // It still does what it is told.
            trainer->send(SetSpec{small_spec()});
            trainer->send(RunTo{25});
            trainer->drain();
            EXPECT_EQ(trainer->snapshot()->step, 25);
            Session session(small_spec());
            WorkerPool pool(1);
            session.advance_to(25, pool);
            EXPECT_EQ(trainer->snapshot()->lanes[0].state_hash, session.lane(0).state_hash());
        }
        trainer.reset();  // in the middle of whatever it was doing
    }
    EXPECT_GT(snapshots_read, 50u);
}

}  // namespace
}  // namespace muonscope
