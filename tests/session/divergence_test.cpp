#include <gtest/gtest.h>

#include <unistd.h>
#include <cmath>
#include <filesystem>

#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/documents/spec_json.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/session/small_specs.h"

// A lane that diverges ends alone, and may go on from before.
namespace muonscope {
namespace {

Spec hot_spec(double lr = 10) {
    Spec spec = test::small_spec();
    spec.lanes[0].phases[0].optimizer.lr = lr;
    return spec;
}

std::uint64_t hash(const Session& session, int lane) {
    return session.lane(lane).state_hash();
}

void expect_same_history(const Session& a, const Session& b, int lane) {
    const HistoryView x = a.history(lane), y = b.history(lane);
    ASSERT_EQ(x.size(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(x.step(i), y.step(i));
        for (std::size_t c = 0; c < x.channels(); ++c)
            ASSERT_TRUE(x.value(i, c) == y.value(i, c) ||
                        (std::isnan(x.value(i, c)) && std::isnan(y.value(i, c))))
                << "lane " << lane << " step " << x.step(i) << " channel " << c;
    }
}

void expect_replay(const Session& session) {
    WorkerPool two(2);
    const Session replayed = Session::replay(session.saved(), two);
    for (int lane = 0; lane < session.lanes(); ++lane)
        EXPECT_EQ(hash(replayed, lane), hash(session, lane));
    EXPECT_EQ(replayed.diverged(), session.diverged());
    EXPECT_EQ(to_json(replayed.saved()), to_json(session.saved()));
}

std::int64_t fault_step(const Session& session, int lane = 0) {
    return session.lane(lane).fault() ? session.lane(lane).fault()->step : -1;
}

TEST(Divergence, ends_one_lane_and_no_other_whatever_the_stretches_and_threads) {
    WorkerPool one(1), two(2);
    Session a(hot_spec()), b(hot_spec());
    a.advance_to(300, two);
    for (std::int64_t step = 1; b.step() < 300; step += 1 + step % 5) {
        b.advance_to(std::min<std::int64_t>(step, 300), one);
        b.snapshot();
    }
    EXPECT_TRUE(a.diverged());
    EXPECT_FALSE(a.ended());
    EXPECT_EQ(a.step(), 300);
    EXPECT_EQ(a.lane(1).step(), 300);
    EXPECT_LT(fault_step(a), 100);
    EXPECT_EQ(a.lane(0).step(), fault_step(a));
    EXPECT_GE(a.lane(0).fault()->layer, 1);
    for (int lane : {0, 1}) {
        EXPECT_EQ(hash(a, lane), hash(b, lane));
        expect_same_history(a, b, lane);
    }
    // Where it ended is its last sample.
    EXPECT_EQ(a.history(0).step(a.history(0).size() - 1), fault_step(a));
    expect_replay(a);
    // The other goes its way as it does beside a lane that learns.
    Session cool(hot_spec(0.01));
    cool.advance_to(300, one);
    EXPECT_EQ(hash(cool, 1), hash(a, 1));
    expect_same_history(cool, a, 1);
}

TEST(Divergence, of_every_lane_ends_the_session_at_the_last_fault) {
    Spec spec = hot_spec();
    spec.lanes.push_back(spec.lanes[0]);
    spec.lanes[1] = spec.lanes[0];
    spec.lanes[1].phases[0].optimizer.lr = 2;
    spec.lanes.pop_back();
    WorkerPool one(1), two(2);
    Session a(spec), b(spec);
    a.advance_to(1000, two);
    for (std::int64_t step = 1; step < 1000; ++step) b.advance_to(step, one);
    for (const Session* session : {&a, &b}) {
        EXPECT_TRUE(session->ended());
        EXPECT_TRUE(session->diverged());
        EXPECT_FALSE(session->finished());
        EXPECT_EQ(session->step(), std::max(fault_step(a, 0), fault_step(a, 1)));
    }
    EXPECT_NE(fault_step(a, 0), fault_step(a, 1));
    EXPECT_EQ(to_json(a.saved()), to_json(b.saved()));
    expect_replay(a);
}

TEST(Divergence, at_step_0_leaves_the_start_on_show) {
    const std::string path = (std::filesystem::temp_directory_path() /
                              ("muonscope-huge-" + std::to_string(getpid()) + ".npy"))
                                 .string();
    write_npy(path, 1e160 * Matrix::Identity(6, 6));
    Spec spec = test::small_spec();
    spec.experiment.init.kind = InitKind::files;
    spec.experiment.init.files = {path, path};
    WorkerPool pool(1);
    Session session(spec);
    std::filesystem::remove(path);
    session.advance_to(10, pool);
    EXPECT_TRUE(session.ended());
    EXPECT_EQ(session.step(), 0);
    for (int lane : {0, 1}) EXPECT_EQ(fault_step(session, lane), 0);
    const auto snapshot = session.snapshot({.show = Session::Show::what_is_sound});
    EXPECT_EQ(snapshot->lanes[0].sound_step, 0);
    EXPECT_EQ(*snapshot->lanes[0].weights, session.problem()->start);
    // There is no step before it to go on from; what happens is said and nothing breaks.
    session.apply(LowerRate{0, 0.5});
    session.advance_to(10, pool);
    EXPECT_EQ(fault_step(session), 0);
}

TEST(Divergence, leaves_the_last_sound_picture_on_show) {
    WorkerPool pool(1);
    Session session(hot_spec());
    session.advance_to(200, pool);
    const auto shown = session.snapshot({.show = Session::Show::what_is_sound});
    const auto real = session.snapshot();
    const Layout& layout = session.layout();
    const LaneSnapshot& lane = shown->lanes[0];
    EXPECT_LT(lane.sound_step, fault_step(session));
    EXPECT_EQ(lane.now_step, lane.sound_step);
    EXPECT_LE(lane.now[layout.relative_error()], 3);
    const Matrix p = product(*lane.weights);
    EXPECT_NEAR((p - session.problem()->target).norm() / session.problem()->target_norm,
                lane.now[layout.relative_error()], 1e-12);
    EXPECT_FALSE(real->lanes[0].now[layout.relative_error()] <= 1e3);
    EXPECT_EQ(*real->lanes[0].weights, session.lane(0).weights());
    // The healthy one is where it is.
    EXPECT_FALSE(shown->lanes[1].lost());
    EXPECT_EQ(*shown->lanes[1].weights, session.lane(1).weights());
}

TEST(Divergence, a_lane_on_its_way_there_is_shown_as_it_was_sound) {
    WorkerPool pool(1);
    Session session(hot_spec());
    session.advance_to(200, pool);
    const std::int64_t fault = fault_step(session);
    session.go_back_to(fault - 1, pool);
    ASSERT_FALSE(session.diverged());
    const auto shown = session.snapshot({.show = Session::Show::what_is_sound});
    EXPECT_LT(shown->lanes[0].sound_step, fault - 1);
    EXPECT_LE(shown->lanes[0].now[session.layout().relative_error()], 3);
}

TEST(Divergence, going_back_before_it_and_forward_again_gives_the_same_bits) {
    WorkerPool pool(1);
    Session session(hot_spec()), straight(hot_spec());
    session.advance_to(300, pool);
    straight.advance_to(300, pool);
    const std::int64_t fault = fault_step(session);
    for (const std::int64_t step :
         {std::int64_t{250}, fault + 1, fault, fault - 1, std::int64_t{0}}) {
        session.go_back_to(step, pool);
        EXPECT_EQ(session.step(), step);
        EXPECT_EQ(session.lane(1).step(), step);
        EXPECT_EQ(session.lane(0).step(), std::min(step, fault));
        // That it diverged is found when one step more is asked of it.
        EXPECT_EQ(session.diverged(), step > fault);
        session.advance_to(300, pool);
        EXPECT_EQ(to_json(session.saved()), to_json(straight.saved()));
        for (int lane : {0, 1}) expect_same_history(session, straight, lane);
    }
}

TEST(Divergence, edits_of_a_lane_that_has_ended_are_kept_and_wake_nothing) {
    WorkerPool pool(1);
    Session session(hot_spec());
    session.advance_to(100, pool);
    const std::uint64_t before = hash(session, 0);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.01});
    session.apply(SetParameter{"lanes.0.optimizer.kind", std::string("adamw")});
    session.apply(SwapOptimizers{});
    session.advance_to(200, pool);
    EXPECT_TRUE(session.lane(0).fault());
    EXPECT_EQ(session.lane(0).recipe().name, "Muon");
    EXPECT_EQ(session.lane(1).recipe().phases[0].optimizer.kind, OptimizerKind::adamw);
    EXPECT_EQ(session.lane(1).step(), 200);
    EXPECT_NE(before, 0u);
    expect_replay(session);
}

TEST(LowerRate, of_a_diverged_lane_acts_where_it_was_sound_last_and_leaves_the_others_alone) {
    const auto raised_at_30 = [](WorkerPool& pool) {
        Session session(test::small_spec());
        session.advance_to(30, pool);
        session.apply(SetParameter{"lanes.0.optimizer.lr", 10.0});
        return session;
    };
    WorkerPool pool(1);
    Session session = raised_at_30(pool);
    session.advance_to(300, pool);
    ASSERT_TRUE(session.diverged());
    const std::uint64_t other = hash(session, 1);
    const std::int64_t sound = session.snapshot()->lanes[0].sound_step;
    session.apply(LowerRate{0, 0.001});
    EXPECT_LE(session.step(), sound);
    session.advance_to(300, pool);
    EXPECT_FALSE(session.diverged());
    EXPECT_EQ(session.lane(0).step(), 300);
    EXPECT_EQ(hash(session, 1), other);
    ASSERT_EQ(session.events().size(), 2u);
    const Event event = session.events()[1];
    EXPECT_EQ(event.text, "SGD: learning rate 10 → 0.01, goes on from here");
    EXPECT_EQ(event.lane, 0);
    EXPECT_GE(event.step, sound);
    EXPECT_LT(event.step, 40);
    expect_replay(session);

    // The same as lowering the rate there and then.
    Session in_time = raised_at_30(pool);
    in_time.advance_to(event.step, pool);
    in_time.apply(LowerRate{0, 0.001});
    EXPECT_EQ(in_time.events()[1].text, "SGD: learning rate 10 → 0.01");
    in_time.advance_to(300, pool);
    EXPECT_EQ(to_json(in_time.saved()), to_json(session.saved()));
    for (int lane : {0, 1}) expect_same_history(in_time, session, lane);

    // It is part of the past now.
    session.go_back_to(200, pool);
    EXPECT_EQ(session.lane(0).step(), 200);
    session.advance_to(300, pool);
    EXPECT_EQ(to_json(session.saved()), to_json(in_time.saved()));
    session.go_back_to(29, pool);
    EXPECT_TRUE(session.events().empty());
    EXPECT_EQ(session.spec().lanes[0].phases[0].optimizer.lr, 0.01);
}

// The other lane takes over the lowered rate: its past is no longer what it was.
TEST(LowerRate, of_a_rate_that_was_swapped_since_changes_the_lane_that_has_it_now) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(30, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 10.0});
    session.advance_to(120, pool);
    ASSERT_TRUE(session.lane(0).fault());
    session.apply(SwapOptimizers{});
    session.advance_to(200, pool);
    ASSERT_TRUE(session.lane(1).fault()) << "it has the rate of the first now";
    session.apply(LowerRate{0, 0.001});
    session.advance_to(200, pool);
    EXPECT_FALSE(session.diverged());
    expect_replay(session);
    const Session replayed = Session::replay(session.saved(), pool);
    for (int lane : {0, 1}) expect_same_history(session, replayed, lane);
}

// The step is found by training, not among samples, which may lie before the edit at fault.
TEST(LowerRate, acts_after_the_edit_that_made_the_lane_diverge) {
    Spec spec = test::small_spec();
    spec.experiment.record.dense = 1;
    spec.experiment.record.megabytes = 1;
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(5003, pool);
    session.apply(SetParameter{"optimizer.momentum", 0.4});
    session.apply(SetParameter{"lanes.0.optimizer.lr", 20.0});
    session.advance_to(5500, pool);
    ASSERT_TRUE(session.lane(0).fault());
    session.apply(LowerRate{0, 0.0005});
    session.advance_to(5500, pool);
    EXPECT_FALSE(session.diverged());
    EXPECT_NEAR(session.spec().lanes[0].phases[0].optimizer.lr, 0.01, 1e-15);
    ASSERT_EQ(session.events().size(), 3u);
    EXPECT_GE(session.events()[2].step, 5003);
    EXPECT_LT(session.events()[2].step, 5020);
    expect_replay(session);
}

// A slider dragged to the right sets the rate at step after step, also when the lane has ended.
TEST(LowerRate, holds_against_the_settings_of_a_drag_that_went_on) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(30, pool);
    for (const double rate : {0.1, 1.0, 4.0, 8.0, 9.0, 10.0}) {
        session.apply(SetParameter{"lanes.0.optimizer.lr", rate});
        session.advance_to(session.step() + 2, pool);
    }
    session.advance_to(100, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 20.0});
    session.advance_to(200, pool);
    ASSERT_TRUE(session.lane(0).fault());
    const std::uint64_t other = hash(session, 1);
    session.apply(LowerRate{0, 0.0005});
    session.advance_to(200, pool);
    EXPECT_FALSE(session.diverged());
    EXPECT_EQ(session.lane(0).step(), 200);
    EXPECT_NEAR(session.spec().lanes[0].phases[0].optimizer.lr, 0.01, 1e-15);
    EXPECT_EQ(hash(session, 1), other);
    expect_replay(session);
}

// Going back leads to a keyframe from before those that a thinned history cannot go on from; they
// are of a future that an edit there ends.
TEST(LowerRate, looks_for_the_last_sound_step_in_the_future_that_came_and_in_no_other) {
    Spec spec = test::small_spec();
    spec.experiment.record.dense = 4096;
    spec.experiment.record.megabytes = 1;
    WorkerPool pool(1);
    Session past(spec);
    past.advance_to(1000, pool);
    bool far = false;
    for (const std::int64_t back : {207, 407, 507, 807}) {
        Session turned = past, straight(spec);
        turned.rewind(back);
        far = far || turned.step() < back - 128;
        straight.advance_to(turned.step(), pool);
        for (const std::int64_t later : {back - 1, back + 20, back + 100}) {
            Session a = turned, b = straight;
            for (Session* session : {&a, &b}) {
                session->apply(SetParameter{"lanes.0.optimizer.lr", 0.02});
                session->advance_to(later, pool);
                session->apply(SetParameter{"lanes.0.optimizer.lr", 4.0});
                session->advance_to(later + 500, pool);
                ASSERT_TRUE(session->lane(0).fault());
                session->apply(LowerRate{0, 0.0005});
                session->advance_to(later + 500, pool);
            }
            EXPECT_EQ(to_json(a.saved()), to_json(b.saved())) << back << ", " << later;
            EXPECT_EQ(a.events().back().step, b.events().back().step) << back << ", " << later;
            for (const int lane : {0, 1}) EXPECT_EQ(hash(a, lane), hash(b, lane));
        }
    }
    EXPECT_TRUE(far) << "no keyframe was left out";
}

TEST(LowerRate, lowers_the_rates_of_single_layers_and_of_later_phases_too) {
    for (const bool diverged : {false, true}) {
        Spec spec = test::small_spec();
        spec.lanes[0].phases.resize(2, spec.lanes[0].phases.front());
        for (Phase& phase : spec.lanes[0].phases) {
            phase.until.steps = 400;
            phase.layer_optimizers.resize(2);
            phase.layer_optimizers[1] = phase.optimizer;
            phase.layer_optimizers[1]->lr = diverged ? 20 : 0.02;
        }
        WorkerPool pool(1);
        Session session(spec);
        session.advance_to(200, pool);
        ASSERT_EQ(session.lane(0).fault().has_value(), diverged);
        session.apply(LowerRate{0, 0.0005});
        session.advance_to(200, pool);
        EXPECT_FALSE(session.diverged());
        for (const Phase& phase : session.spec().lanes[0].phases) {
            EXPECT_NEAR(phase.optimizer.lr, 5e-6, 1e-15);
            EXPECT_NEAR(phase.layer_optimizers[1]->lr, diverged ? 0.01 : 1e-5, 1e-15);
            EXPECT_FALSE(phase.layer_optimizers[0]);
        }
        EXPECT_EQ(session.spec().lanes[1].phases[0].optimizer, spec.lanes[1].phases[0].optimizer);
    }
}

TEST(LowerRate, may_be_asked_again_and_keeps_what_was_edited_since) {
    WorkerPool pool(1);
    Session session(hot_spec());
    session.advance_to(100, pool);
    session.apply(SetParameter{"lanes.1.optimizer.lr", 0.002});
    session.advance_to(200, pool);
    const std::uint64_t other = hash(session, 1);
    int asked = 0;
    for (; session.lane(0).fault() && asked < 10; ++asked) {
        session.apply(LowerRate{0, 0.5});
        session.advance_to(200, pool);
    }
    EXPECT_GT(asked, 1);
    EXPECT_FALSE(session.diverged());
    EXPECT_EQ(hash(session, 1), other);
    const auto& events = session.events();
    ASSERT_EQ(events.size(), static_cast<std::size_t>(asked) + 1);
    EXPECT_TRUE(std::is_sorted(events.begin(), events.end(),
                               [](const Event& a, const Event& b) { return a.step < b.step; }));
    expect_replay(session);
}

TEST(LowerRate, is_refused_where_it_would_change_nothing) {
    WorkerPool pool(1);
    Session session(hot_spec());
    session.advance_to(50, pool);
    const std::string before = to_json(session.saved());
    for (const LowerRate& edit : {LowerRate{0, 0}, LowerRate{0, 1}, LowerRate{0, -1},
                                  LowerRate{0, NAN}, LowerRate{2, 0.5}, LowerRate{-1, 0.5}}) {
        EXPECT_THROW(session.apply(edit), Error);
        EXPECT_EQ(to_json(session.saved()), before);
    }
}

// Measures of numbers near the end of the range, by every path there is to them.
TEST(Divergence, is_survived_with_tanh_minibatches_phases_and_a_softmax_probe) {
    std::vector<Spec> specs(5, hot_spec(50));
    specs[0].experiment.network.activation = Activation::tanh;
    specs[1].experiment.data = {DataKind::samples, 40, 0.1, 8};
    specs[2].experiment.probe.task = ProbeTask::softmax;
    specs[2].experiment.probe.samples = 30;
    specs[3].experiment.probe.task = ProbeTask::random_labels;
    specs[3].experiment.network.depth = 4;
    for (Recipe& recipe : specs[4].lanes) {
        Phase& phase = recipe.phases[0];
        phase.until.steps = 20;
        phase.objective = Objective::layer_target;
        recipe.phases.push_back(phase);
        recipe.phases[1].objective = Objective::network;
        recipe.phases[1].until.steps = 1000;
    }
    WorkerPool pool(2);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        Session session(specs[i]);
        session.advance_to(150, pool);
        EXPECT_TRUE(session.lane(0).fault()) << i;
        EXPECT_FALSE(session.lane(1).fault()) << i;
        EXPECT_EQ(session.lane(1).step(), 150) << i;
        const auto shown = session.snapshot({.show = Session::Show::what_is_sound});
        EXPECT_LE(shown->lanes[0].now[session.layout().relative_error()], 100) << i;
        for (const Matrix& weight : *shown->lanes[0].weights) EXPECT_TRUE(weight.allFinite()) << i;
        expect_replay(session);
        session.apply(LowerRate{0, 0.0002});
        session.advance_to(150, pool);
        EXPECT_FALSE(session.diverged()) << i;
        expect_replay(session);
    }
}

}  // namespace
}  // namespace muonscope
