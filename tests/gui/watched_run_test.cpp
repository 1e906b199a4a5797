// What panels keep of the states that they have seen: some over all of the run, within a bound, and
// nothing of a run that is no more.

#include "app/gui/watched_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"

namespace muonscope::gui {
namespace {

std::shared_ptr<Snapshot> at_step(const std::shared_ptr<const Problem>& problem, std::int64_t step,
                                  Eigen::Index width = 2, bool moves = false) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->step = step;
    snapshot->problem = problem;
    snapshot->lanes.resize(2);
    const Matrix filled = Matrix::Constant(width, width, static_cast<double>(step));
    for (LaneSnapshot& lane : snapshot->lanes) {
        lane.step = step;
        lane.weights = std::make_shared<std::vector<Matrix>>(1, filled);
        if (!moves) continue;
        auto move = std::make_shared<SeenMove>();
        move->gradients = move->updates = {filled};
        LayerOptimizer::State optimizer;
        optimizer.momentum = filled;
        optimizer.own = {filled, filled};
        move->optimizers = {std::make_shared<const LayerOptimizer::State>(optimizer)};
        move->next = {std::make_shared<const LayerOptimizer::State>(optimizer)};  // another's
        lane.move = move;
    }
    return snapshot;
}

TEST(WatchedRun, keeps_some_over_all_of_it_the_first_and_the_newest) {
    const auto problem = std::make_shared<const Problem>();
    WatchedRun run;
    for (std::int64_t step = 0; step <= 5000; ++step) {
        run.see(*at_step(problem, step));
        ASSERT_LE(run.states().size(), WatchedRun::most_states);
        ASSERT_EQ(run.states().back().step, step);
        ASSERT_EQ(run.states().front().step, 0);
    }
    EXPECT_GT(run.states().size(), WatchedRun::most_states / 3);
    // No gap is more than a few times the mean one.
    for (std::size_t i = 1; i < run.states().size(); ++i)
        EXPECT_LT(run.states()[i].step - run.states()[i - 1].step,
                  4 * 5000 / static_cast<std::int64_t>(run.states().size()));
    EXPECT_EQ(run.at(-5)->step, 0);
    EXPECT_EQ(run.at(9000)->step, 5000);
    EXPECT_LE(run.at(2500)->step, 2500);
    run.see(*at_step(problem, 100));
    EXPECT_EQ(run.states().back().step, 100);
    // And begins to fill what is shorter now: not one state for every hundred steps.
    for (std::int64_t step = 101; step <= 200; ++step) run.see(*at_step(problem, step));
    EXPECT_GT(run.states().size(), 20U);
    run.see(*at_step(std::make_shared<const Problem>(), 7));
    EXPECT_EQ(run.states().size(), 1U);
}

TEST(WatchedRun, holds_no_more_than_its_bytes_and_counts_all_of_them) {
    const auto problem = std::make_shared<const Problem>();
    constexpr Eigen::Index width = 700;  // four megabytes a matrix
    constexpr std::size_t matrix = width * width * sizeof(double);
    for (const bool moves : {false, true}) {
        // Weights of two lanes; with them gradient, update and three buffers of each of two
        // optimisers.
        const std::size_t state = (moves ? 9 : 1) * 2 * matrix;
        WatchedRun run;
        for (std::int64_t step = 0; step < 40; ++step) {
            run.see(*at_step(problem, step, width, moves));
            ASSERT_EQ(run.bytes(), run.states().size() * state);
            ASSERT_LE(run.bytes(), WatchedRun::most_bytes + state);  // the newest is the snapshot's
        }
        EXPECT_EQ(run.states().back().step, 39);
        EXPECT_EQ(run.states().size() >= 4, !moves) << run.states().size();
    }
    // What is larger than the bound alone is not kept beside the newest.
    WatchedRun run;
    for (std::int64_t step = 0; step < 3; ++step) run.see(*at_step(problem, step, 2100));
    EXPECT_EQ(run.states().size(), 1U);
    EXPECT_EQ(run.states().back().step, 2);
}

TEST(WatchedRun, counts_once_what_two_states_share) {
    const auto problem = std::make_shared<const Problem>();
    WatchedRun run;
    const auto first = at_step(problem, 0), second = at_step(problem, 1);
    second->lanes[1].weights = first->lanes[1].weights;  // of a lane that has ended
    run.see(*first);
    run.see(*second);
    EXPECT_EQ(run.bytes(), 3 * 4 * sizeof(double));
}

TEST(WatchedRun, takes_nothing_of_snapshots_without_weights) {
    WatchedRun run;
    auto snapshot = at_step(std::make_shared<const Problem>(), 3);
    snapshot->lanes[1].weights = nullptr;
    run.see(*snapshot);
    EXPECT_TRUE(run.states().empty());
    EXPECT_EQ(run.at(3), nullptr);
    EXPECT_EQ(run.past(), nullptr);
    EXPECT_EQ(run.bytes(), 0U);
}

TEST(WatchedRun, takes_what_snapshots_hold_and_copies_nothing) {
    WatchedRun run;
    const auto snapshot = at_step(std::make_shared<const Problem>(), 3, 2, true);
    for (int i = 0; i < 3; ++i) run.see(*snapshot);
    ASSERT_EQ(run.states().size(), 1U);
    EXPECT_EQ(run.states()[0].lanes[1].weights, snapshot->lanes[1].weights);
    EXPECT_EQ(run.states()[0].lanes[1].move, snapshot->lanes[1].move);
    EXPECT_EQ(snapshot->lanes[1].weights.use_count(), 2);
}

TEST(WatchedRun, keeps_the_state_that_is_looked_at_whatever_comes_after) {
    const auto problem = std::make_shared<const Problem>();
    WatchedRun run;
    for (std::int64_t step = 0; step <= 41; ++step) run.see(*at_step(problem, step));
    run.look_at(watched_state(*at_step(problem, 17)));
    for (std::int64_t step = 42; step <= 5000; ++step) {
        run.see(*at_step(problem, step));
        ASSERT_NE(run.past(), nullptr);
        ASSERT_EQ(run.past()->step, 17);
        ASSERT_EQ((*run.past()->lanes[0].weights)[0](0, 0), 17);
    }
    run.follow_newest();
    EXPECT_EQ(run.past(), nullptr);
    // Back before it: what was looked at is no more, and the newest is followed.
    run.look_at(watched_state(*at_step(problem, 1000)));
    run.see(*at_step(problem, 3));
    EXPECT_EQ(run.past(), nullptr);
}

// What is shown of the past stands at the newest step of the run.
TEST(WatchedRun, takes_nothing_of_pictures_of_the_past) {
    const auto problem = std::make_shared<const Problem>();
    WatchedRun run;
    run.see(*at_step(problem, 10));
    auto past = at_step(problem, 20);
    past->past = 5;
    run.see(*past);
    ASSERT_EQ(run.states().size(), 1U);
    EXPECT_EQ(run.states()[0].step, 10);
}

TEST(WatchedRun, keeps_a_step_though_it_is_sent_again_without_what_it_did) {
    const auto problem = std::make_shared<const Problem>();
    WatchedRun run;
    const auto with = at_step(problem, 3, 2, true);
    run.see(*at_step(problem, 2));
    run.see(*with);
    run.see(*at_step(problem, 3));
    EXPECT_EQ(run.states().back().lanes[0].move, with->lanes[0].move);
    run.see(*at_step(problem, 4));
    EXPECT_EQ(run.states().back().lanes[0].move, nullptr);
    EXPECT_EQ(run.states()[1].lanes[0].move, with->lanes[0].move);
}

// ---- runs that are no more ----

class WatchedSession : public testing::Test {
  protected:
    static Spec small() {
        Spec spec = preset("two-ways-up");
        set(spec, "network.width", "6");
        set(spec, "target.modes", "3");
        return spec;
    }
    void see() { run.see(*session.snapshot()); }
    void go_on_seen(std::int64_t to) {
        for (std::int64_t step = session.step() + 20; step <= to; step += 20) {
            session.advance_to(step, pool);
            see();
        }
    }
    std::set<std::int64_t> steps() const {
        std::set<std::int64_t> steps;
        for (const WatchedState& state : run.states()) steps.insert(state.step);
        return steps;
    }
    // Every state is one that the session passed on its way here, to the bit.
    void expect_one_run(const SessionFile& file) {
        Session again(file);
        for (const WatchedState& state : run.states()) {
            again.advance_to(state.step, pool);
            for (std::size_t l = 0; l < state.lanes.size(); ++l)
                for (std::size_t w = 0; w < state.lanes[l].weights->size(); ++w)
                    EXPECT_EQ((*state.lanes[l].weights)[w],
                              again.lane(static_cast<int>(l)).weights()[w])
                        << "step " << state.step << ", lane " << l + 1;
        }
    }

    WorkerPool pool{1};
    Session session{small()};
    WatchedRun run;
};

TEST_F(WatchedSession, that_was_led_back_unseen_keeps_nothing_of_what_had_come_after) {
    go_on_seen(400);
    ASSERT_EQ(run.states().size(), 20U);
    session.go_back_to(130, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.05});
    session.advance_to(390, pool);
    see();
    EXPECT_EQ(steps(), (std::set<std::int64_t>{20, 40, 60, 80, 100, 120, 390}));
    expect_one_run(session.saved());
}

TEST_F(WatchedSession, that_was_led_back_several_times_keeps_what_all_of_them_left) {
    go_on_seen(200);
    session.go_back_to(90, pool);
    session.advance_to(300, pool);
    session.go_back_to(170, pool);
    session.advance_to(310, pool);
    see();
    EXPECT_EQ(steps(), (std::set<std::int64_t>{20, 40, 60, 80, 310}));
    expect_one_run(session.saved());
}

TEST_F(WatchedSession, that_was_told_to_go_another_way_on_the_way_up_keeps_what_lies_before) {
    go_on_seen(200);
    ASSERT_TRUE(session.rewind(190));
    const std::int64_t keyframe = session.step();
    session.apply(SetParameter{"lanes.1.optimizer.lr", 0.05});
    session.advance_to(260, pool);
    see();
    for (const std::int64_t step : steps())
        EXPECT_TRUE(step <= keyframe || step == 260) << step << ", from " << keyframe;
    expect_one_run(session.saved());
}

TEST_F(WatchedSession, that_began_again_unseen_keeps_the_start_alone) {
    see();
    go_on_seen(200);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.05});
    session.restart();
    session.advance_to(300, pool);
    see();
    EXPECT_EQ(steps(), (std::set<std::int64_t>{0, 300}));
    expect_one_run(session.saved());
}

TEST_F(WatchedSession, of_another_preset_keeps_nothing) {
    go_on_seen(200);
    session.replace(small());  // with the same numbers it is another problem
    session.advance_to(300, pool);
    see();
    EXPECT_EQ(steps(), (std::set<std::int64_t>{300}));
}

TEST_F(WatchedSession, is_forgotten_though_nobody_takes_the_state_after_it) {
    go_on_seen(200);
    run.look_at(*run.at(100));
    session.go_back_to(50, pool);
    run.forget_stale(*session.snapshot());
    EXPECT_EQ(steps(), (std::set<std::int64_t>{20, 40}));
    EXPECT_EQ(run.past(), nullptr);
    session.replace(small());
    run.forget_stale(*session.snapshot());
    EXPECT_TRUE(run.states().empty());
    EXPECT_EQ(run.bytes(), 0U);
}

TEST_F(WatchedSession, keeps_the_names_that_lanes_had_before_they_were_swapped) {
    go_on_seen(40);
    session.apply(SwapOptimizers{});
    go_on_seen(80);
    ASSERT_EQ(run.states().size(), 4U);
    EXPECT_EQ(run.at(20)->lanes[0].name, "SGD");
    EXPECT_EQ(run.at(40)->lanes[0].name, "SGD");
    EXPECT_EQ(run.at(60)->lanes[0].name, "Muon");
    expect_one_run(session.saved());
}

TEST_F(WatchedSession, of_a_lane_that_has_run_away_has_the_step_of_what_is_drawn) {
    Spec spec = small();
    set(spec, "lanes.0.optimizer.lr", "3");
    session.replace(spec);
    session.advance_to(200, pool);
    const auto snapshot = session.snapshot({.show = Session::Show::what_is_sound});
    ASSERT_TRUE(snapshot->lanes[0].lost());
    run.see(*snapshot);
    EXPECT_TRUE(run.states()[0].lanes[0].lost);
    EXPECT_EQ(run.states()[0].lanes[0].step, snapshot->lanes[0].now_step);
    EXPECT_EQ(run.states()[0].lanes[1].step, 200);
}

}  // namespace
}  // namespace muonscope::gui
