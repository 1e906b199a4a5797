// What was done is taken back and done again: exactly where no step came between, by an edit that a
// replay repeats where one did; and a run that another one replaced comes back as it was.

#include <gtest/gtest.h>

#include <cmath>

#include "core/experiment/parameters.h"
#include "core/random/generator.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "core/session/undo.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

struct Undoing : testing::Test {
    std::unique_ptr<Trainer> trainer = std::make_unique<Trainer>(small_spec());

    void begin(const Spec& spec) { trainer = std::make_unique<Trainer>(spec); }
    std::shared_ptr<const Snapshot> after(const Command& command) const {
        trainer->send(command);
        trainer->drain();
        return trainer->snapshot();
    }
    std::string undo_name() const { return trainer->snapshot()->taking_back.undo; }
    std::string redo_name() const { return trainer->snapshot()->taking_back.redo; }
    void do_something(Generator& random) const {
        switch (random.below(6)) {
            case 0:
                after(SetParameter{"lanes.0.optimizer.lr", 0.001 + 0.01 * random.uniform()});
                break;
            case 1:
                after(SetParameter{"seed", static_cast<std::int64_t>(random.below(1000))});
                break;
            case 2:
                after(SwapOptimizers{false});
                break;
            case 3: {
                Spec spec = small_spec();
                spec.experiment.network.width = 3 + static_cast<int>(random.below(5));
                after(SetSpec{spec});
                break;
            }
            case 4:
                after(SetParameter{"lanes.1.optimizer.momentum", 0.5 * random.uniform()});
                break;
            default:
                after(RunTo{trainer->snapshot()->step / 2});
        }
    }
    double rate(std::size_t lane) const {
        return trainer->snapshot()->spec->lanes[lane].phases.front().optimizer.lr;
    }
};

// All that a person would miss if it were gone.
void expect_same(const Snapshot& is, const Snapshot& was) {
    EXPECT_EQ(is.step, was.step);
    EXPECT_EQ(*is.spec, *was.spec);
    ASSERT_EQ(is.lanes.size(), was.lanes.size());
    ASSERT_EQ(is.events->size(), was.events->size());
    for (std::size_t i = 0; i < is.events->size(); ++i)
        EXPECT_EQ((*is.events)[i].text, (*was.events)[i].text);
    for (std::size_t i = 0; i < is.lanes.size(); ++i) {
        EXPECT_EQ(is.lanes[i].state_hash, was.lanes[i].state_hash) << "lane " << i;
        const HistoryView &a = is.lanes[i].history, &b = was.lanes[i].history;
        ASSERT_EQ(a.size(), b.size()) << "lane " << i;
        for (std::size_t row = 0; row < a.size(); ++row) {
            ASSERT_EQ(a.step(row), b.step(row));
            for (std::size_t c = 0; c < a.channels(); ++c)
                ASSERT_TRUE(a.value(row, c) == b.value(row, c) ||
                            (std::isnan(a.value(row, c)) && std::isnan(b.value(row, c))))
                    << "lane " << i << ", row " << row << ", channel " << c;
        }
    }
}

void expect_to_replay(const Trainer& trainer) {
    WorkerPool pool(1);
    EXPECT_NO_THROW(Session::replay(trainer.saved(), pool));
}

TEST_F(Undoing, has_nothing_to_do_at_the_start) {
    EXPECT_EQ(undo_name(), "");
    const auto was = trainer->snapshot();
    expect_same(*after(Undo{}), *was);
    expect_same(*after(Redo{}), *was);
    EXPECT_EQ(trainer->snapshot()->message, "");
}

TEST_F(Undoing, an_edit_without_a_step_after_it_leaves_no_trace) {
    const auto was = after(RunTo{20});
    const auto edited = after(SetParameter{"lanes.Muon.optimizer.lr", 0.1});
    EXPECT_EQ(undo_name(), "Muon: learning rate 0.005 → 0.1");
    expect_same(*after(Undo{}), *was);
    EXPECT_TRUE(trainer->saved().log.empty());
    EXPECT_EQ(redo_name(), "Muon: learning rate 0.005 → 0.1");
    expect_same(*after(Redo{}), *edited);
    EXPECT_EQ(trainer->saved().log.size(), 1U);
}

TEST_F(Undoing, momentum_that_an_edit_flushed_is_back) {
    const auto was = after(RunTo{20});
    const auto flushed =
        after(SetParameter{"lanes.SGD.optimizer.kind", std::string("muon"), false});
    EXPECT_NE(flushed->lanes[0].state_hash, was->lanes[0].state_hash);
    expect_same(*after(Undo{}), *was);
}

TEST_F(Undoing, an_edit_with_steps_after_it_is_taken_back_by_an_edit) {
    after(RunTo{20});
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.1});
    after(RunTo{30});
    const auto undone = after(Undo{});
    EXPECT_EQ(undone->step, 30);
    EXPECT_EQ(rate(1), 0.005);
    EXPECT_EQ(trainer->saved().log.size(), 2U);
    EXPECT_EQ(undone->events->back().text, "Muon: learning rate 0.1 → 0.005");
    after(RunTo{40});
    after(Redo{});
    EXPECT_EQ(rate(1), 0.1);
    EXPECT_EQ(trainer->snapshot()->step, 40);
    expect_to_replay(*trainer);
}

TEST_F(Undoing, a_lane_renamed_by_its_edit_gets_its_name_back_after_steps) {
    after(RunTo{20});
    after(SetParameter{"lanes.SGD.optimizer.kind", std::string("muon")});
    EXPECT_EQ(trainer->snapshot()->lanes[0].name, "Muon 2");
    after(RunTo{25});
    after(Undo{});
    EXPECT_EQ(*trainer->snapshot()->spec, small_spec());
    expect_to_replay(*trainer);
    after(Redo{});
    EXPECT_EQ(trainer->snapshot()->lanes[0].name, "Muon 2");
}

TEST_F(Undoing, a_swap_of_three_lanes_is_taken_back_by_two) {
    Spec spec = small_spec();
    spec.lanes.push_back(spec.lanes[0]);
    spec.lanes[2].name = "third";
    spec.lanes[2].phases.front().optimizer.lr = 0.003;
    begin(spec);
    after(RunTo{10});
    after(SwapOptimizers{});
    EXPECT_EQ(undo_name(), "swap optimisers");
    after(RunTo{12});
    after(Undo{});
    EXPECT_EQ(*trainer->snapshot()->spec, spec);
    EXPECT_EQ(trainer->saved().log.size(), 3U);
    expect_to_replay(*trainer);
}

TEST_F(Undoing, a_new_edit_forgets_what_was_taken_back) {
    after(RunTo{20});
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.1});
    after(Undo{});
    after(SetParameter{"lanes.SGD.optimizer.lr", 0.2});
    EXPECT_EQ(redo_name(), "");
    const auto was = trainer->snapshot();
    expect_same(*after(Redo{}), *was);
}

TEST_F(Undoing, a_slider_that_is_dragged_is_one_step) {
    const auto was = after(RunTo{20});
    for (const double lr : {0.02, 0.03, 0.05}) after(SetParameter{"lanes.Muon.optimizer.lr", lr});
    EXPECT_EQ(undo_name(), "Muon: learning rate 0.005 → 0.05");
    expect_same(*after(Undo{}), *was);
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_slider_dragged_back_to_where_it_was_did_nothing) {
    after(RunTo{20});
    for (const double lr : {0.02, 0.005}) after(SetParameter{"lanes.Muon.optimizer.lr", lr});
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_refused_edit_and_one_that_changes_nothing_are_no_steps) {
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.005});
    EXPECT_EQ(undo_name(), "");
    after(SetParameter{"lanes.Muon.optimizer.lr", std::nan("")});
    EXPECT_NE(trainer->snapshot()->message, "");
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_run_that_was_started_over_comes_back_as_it_was) {
    after(RunTo{40});
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.02});
    const auto was = after(RunTo{300});
    after(Reset{});
    EXPECT_EQ(undo_name(), "start over");
    const auto other = after(RunTo{50});
    const auto back = after(Undo{});
    expect_same(*back, *was);
    EXPECT_EQ(back->state, TrainerState::paused);
    EXPECT_GT(back->lanes[0].history.generation(), was->lanes[0].history.generation())
        << "what is drawn of the run between would stand";
    expect_to_replay(*trainer);
    // Both go on: neither writes into the other's history.
    const auto further = after(RunTo{340});
    expect_same(*after(Redo{}), *other);
    after(RunTo{90});
    expect_same(*after(Undo{}), *further);
    // What came before it is still there.
    after(Undo{});
    EXPECT_EQ(rate(1), 0.005);
}

TEST_F(Undoing, what_a_window_opens_on_is_no_step) {
    after(RunTo{10});
    const auto file = std::make_shared<const SessionFile>(trainer->saved());
    begin(small_spec());
    after(OpenSession{file});
    EXPECT_EQ(trainer->snapshot()->step, 10);
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_restart_at_step_0_is_no_step) {
    after(Reset{});
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_parameter_that_restarts_gives_the_run_back) {
    const auto was = after(RunTo{100});
    for (const std::int64_t width : {7, 8, 9}) after(SetParameter{"network.width", width});
    EXPECT_EQ(undo_name(), "width 6 → 9");
    EXPECT_EQ(trainer->snapshot()->step, 0);
    expect_same(*after(Undo{}), *was);
    after(Redo{});
    EXPECT_EQ(trainer->snapshot()->spec->experiment.network.width, 9);
}

TEST_F(Undoing, another_spec_and_a_session_give_the_run_back) {
    const auto was = after(RunTo{100});
    const auto file = std::make_shared<const SessionFile>(trainer->saved());
    Spec spec = small_spec();
    spec.name = "other";
    spec.experiment.network.depth = 3;
    after(SetSpec{spec});
    EXPECT_EQ(undo_name(), "open other");
    after(RunTo{10});
    after(OpenSession{file});
    EXPECT_EQ(trainer->snapshot()->step, 100);
    after(Undo{});
    EXPECT_EQ(trainer->snapshot()->step, 10);
    EXPECT_EQ(trainer->snapshot()->spec->name, "other");
    expect_same(*after(Undo{}), *was);
    after(Redo{});
    after(Redo{});
    expect_same(*trainer->snapshot(), *was);
}

TEST_F(Undoing, a_spec_that_is_refused_is_no_step) {
    after(RunTo{10});
    Spec spec = small_spec();
    spec.lanes.clear();
    after(SetSpec{spec});
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, going_back_several_times_is_one_step_and_gives_the_future_back) {
    after(RunTo{60});
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.02});
    const auto was = after(RunTo{100});
    for (const std::int64_t step : {99, 98, 50}) after(RunTo{step});
    EXPECT_EQ(undo_name(), "go back to step 50");
    after(SetParameter{"lanes.SGD.optimizer.lr", 0.03});
    after(Undo{});
    expect_same(*after(Undo{}), *was);
    EXPECT_EQ(undo_name(), "Muon: learning rate 0.005 → 0.02");
}

TEST_F(Undoing, a_run_that_has_come_to_where_it_was_has_not_gone_back) {
    after(RunTo{100});
    after(RunTo{50});
    after(RunTo{99});
    EXPECT_EQ(undo_name(), "go back to step 50");
    after(RunTo{100});
    EXPECT_EQ(undo_name(), "");
}

TEST_F(Undoing, a_lane_that_diverged_and_was_mended_diverges_again) {
    Spec spec = small_spec();
    spec.lanes[0].phases.front().optimizer.lr = 50;
    begin(spec);
    const auto was = after(RunTo{200});
    ASSERT_TRUE(was->lanes[0].divergence);
    after(LowerRate{0, 0.0001});
    EXPECT_FALSE(trainer->snapshot()->lanes[0].divergence);
    expect_same(*after(Undo{}), *was);
    EXPECT_TRUE(trainer->snapshot()->lanes[0].divergence);
}

TEST_F(Undoing, starts_nothing_by_itself) {
    after(Start{});
    trainer->send(Reset{});
    trainer->send(Pause{});
    const auto back = after(Undo{});
    EXPECT_NE(back->state, TrainerState::running);
    after(Start{});
    after(RunTo{trainer->snapshot()->step + 500});
    after(Start{});
    after(Reset{});
    EXPECT_EQ(after(Undo{})->state, TrainerState::running);
}

TEST_F(Undoing, what_does_not_fit_is_run_again_to_the_same_bits) {
    Spec spec = small_spec();
    spec.experiment.record.keyframes = 0;
    begin(spec);
    after(RunTo{40});
    after(SetParameter{"lanes.Muon.optimizer.lr", 0.02});
    const auto first = after(RunTo{300});
    after(Reset{});
    after(SetParameter{"lanes.SGD.optimizer.lr", 0.02});
    const auto second = after(RunTo{100});
    after(Reset{});
    after(RunTo{10});
    expect_same(*after(Undo{}), *second);
    after(Undo{});  // the edit at step 0, now taken back at step 100
    expect_same(*after(Undo{}), *first);
    EXPECT_EQ(trainer->snapshot()->message, "");
}

TEST(UndoStack, keeps_within_its_bytes_and_shrinks_the_oldest_first) {
    UndoStack stack;
    WorkerPool pool(1);
    std::size_t one = 0;
    for (int i = 0; i < 3; ++i) {
        Session session(small_spec());
        session.advance_to(200, pool);
        auto run = std::make_unique<RunAside>();
        run->session = std::make_unique<Session>(session);
        run->step = 200;
        run->weigh();
        one = run->bytes;
        stack.done({.kind = UndoStep::Kind::replace, .what = "start over", .run = std::move(run)});
    }
    EXPECT_EQ(stack.bytes(), 3 * one);
    stack.keep_within(2 * one);
    EXPECT_LE(stack.bytes(), 2 * one);
    EXPECT_EQ(stack.take_undo()->run->bytes, one);
    EXPECT_EQ(stack.take_undo()->run->bytes, one);
    EXPECT_LT(stack.take_undo()->run->bytes, one);
}

// Edits, presets, restarts and steps back in any order: all of them taken back lead to the first
// bits, done again to the last.
TEST_F(Undoing, takes_back_everything_in_order_and_does_it_again) {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        SCOPED_TRACE(seed);
        begin(small_spec());
        Generator random(seed, Purpose::noise);
        const auto first = after(RunTo{30});
        for (int i = 0; i < 12; ++i) {
            do_something(random);
            after(SwapOptimizers{});  // so that nothing merges with what comes next
        }
        std::size_t undone = 0;
        const auto last = trainer->snapshot();
        while (!undo_name().empty()) {
            after(Undo{});
            ++undone;
        }
        expect_same(*trainer->snapshot(), *first);
        for (std::size_t i = 0; i < undone; ++i) after(Redo{});
        expect_same(*trainer->snapshot(), *last);
        EXPECT_EQ(redo_name(), "");
        expect_to_replay(*trainer);
    }
}

}  // namespace
}  // namespace muonscope
