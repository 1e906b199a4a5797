#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/documents/session_json.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"

// What a history says of the steps between its rows, and where a run stops, held against every
// step.
namespace muonscope {
namespace {

using test::small_spec;

using Truth = std::vector<std::vector<double>>;  // step x channel

// Every channel at every step, from a lane that nobody follows.
Truth every_step(const Spec& spec, std::size_t lane, std::int64_t steps) {
    const auto problem = make_problem(spec.experiment);
    const Layout layout(*problem->model, problem->modes);
    Lane run(problem, spec.lanes[lane]);
    Truth truth;
    for (;;) {
        std::vector<double>& row = truth.emplace_back(layout.channels());
        run.measure(layout, spec.experiment.probe, row);
        if (truth.size() > 1)
            row[layout.error_left()] =
                std::sqrt(row[layout.loss()] / truth[truth.size() - 2][layout.loss()]);
        if (run.step() == steps || run.advance() != Lane::Status::training) return truth;
    }
}

// The same for what takes no singular values.
Truth errors_of_every_step(const Spec& spec, std::size_t lane, std::int64_t steps) {
    const auto problem = make_problem(spec.experiment);
    Lane run(problem, spec.lanes[lane]);
    Truth truth;
    for (;; run.advance()) {
        const auto errors = run.errors();
        truth.push_back({errors.loss, errors.relative_error,
                         truth.empty() ? NAN : std::sqrt(errors.loss / truth.back()[0])});
        if (run.step() == steps) return truth;
    }
}

void expect_ranges(const HistoryView& history, const Truth& truth, std::size_t channels,
                   double tolerance) {
    for (std::size_t i = 0; i < history.size(); ++i)
        for (std::size_t c = 0; c < channels; ++c) {
            double low = INFINITY, high = -INFINITY;
            for (std::int64_t step = history.first_step(i); step <= history.step(i); ++step) {
                const double value = truth[step][c];
                low = std::fmin(low, value);
                high = std::fmax(high, value);
            }
            if (low > high) {
                ASSERT_TRUE(std::isnan(history.low(i, c))) << "channel " << c;
                continue;
            }
            const double allowed = tolerance * std::max(std::abs(low), std::abs(high));
            ASSERT_NEAR(history.low(i, c), low, allowed) << history.step(i) << ", channel " << c;
            ASSERT_NEAR(history.high(i, c), high, allowed) << history.step(i) << ", channel " << c;
        }
}

TEST(Recording, of_the_opening_run_every_row_s_range_is_that_of_every_step_it_stands_for) {
    const Spec spec = preset("two-ways-up");
    WorkerPool pool(1);
    Session session(spec);
    const std::int64_t steps = sanitized ? 400 : 2000;
    session.advance_to(steps, pool);
    for (int lane = 0; lane < 2; ++lane) {
        const Truth truth = errors_of_every_step(spec, static_cast<std::size_t>(lane), steps);
        const HistoryView history = session.history(lane);
        EXPECT_LT(history.size(), sanitized ? 400U : 1000U) << "not every step was recorded";
        expect_ranges(history, truth, 3, 0);
    }
}

// Norms, rates and fidelity are summed in another order than Eigen's, so to the last digits.
TEST(Recording, followed_channels_and_measured_ones_are_what_a_measure_of_that_step_says) {
    Spec spec = small_spec();
    spec.lanes[1].phases[0].optimizer.decay = Decay::rate;
    spec.lanes[1].phases[0].optimizer.weight_decay = 0.1;
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(1500, pool);
    const Layout& layout = session.layout();
    for (int lane = 0; lane < 2; ++lane) {
        const Truth truth = every_step(spec, static_cast<std::size_t>(lane), 1500);
        const HistoryView history = session.history(lane);
        expect_ranges(history, truth, layout.followed(), 1e-10);
        for (std::size_t i = 0; i < history.size(); ++i)
            for (std::size_t c = layout.followed(); c < layout.channels(); ++c) {
                const double expected = truth[history.step(i)][c];
                ASSERT_TRUE(history.value(i, c) == expected || std::isnan(expected))
                    << history.step(i) << ", channel " << c;
            }
    }
}

double mean_change(const HistoryView& history, std::size_t channel) {
    double sum = 0;
    int count = 0;
    for (std::size_t i = 1; i < history.size(); ++i) {
        if (history.step(i - 1) < 256 || history.step(i) > 511) continue;
        sum += std::abs(history.value(i, channel) - history.value(i - 1, channel));
        ++count;
    }
    return sum / count;
}

// Muon's first singular value goes to and fro with every step.
TEST(Recording, carries_the_trembling_beyond_the_dense_steps) {
    if (sanitized) GTEST_SKIP() << "the same rows as above, of more steps";
    Spec spec = preset("two-ways-up"), all = spec;
    all.experiment.record.dense = 600;
    WorkerPool pool(1);
    Session session(spec), every(all);
    session.advance_to(520, pool);
    every.advance_to(520, pool);
    const std::size_t first = session.layout().product_sv(0);
    const double truth = mean_change(every.history(1), first);
    EXPECT_NEAR(mean_change(session.history(1), first), truth, 0.25 * truth);
}

TEST(Recording, is_the_same_after_going_back_behind_rows_that_were_dropped) {
    Spec spec = small_spec();
    spec.experiment.record.megabytes = 1;
    spec.experiment.record.dense = 2000;
    constexpr std::int64_t last = 2500;
    WorkerPool pool(1);
    Session straight(spec);
    straight.advance_to(last, pool);
    const HistoryView expected = straight.history(0);
    EXPECT_LT(expected.size(), 1500U) << "it was thinned";
    for (const std::int64_t back : {2490, 2001, 1100, 700, 64, 3}) {
        Session session(spec);
        session.advance_to(last, pool);
        session.go_back_to(back, pool);
        session.advance_to(last, pool);
        const HistoryView again = session.history(0);
        ASSERT_EQ(again.size(), expected.size()) << back;
        for (std::size_t i = 0; i < again.size(); ++i) {
            ASSERT_EQ(again.step(i), expected.step(i));
            for (std::size_t c = 0; c < again.followed(); ++c) {
                if (std::isnan(expected.low(i, c))) continue;
                ASSERT_EQ(again.low(i, c), expected.low(i, c)) << back << ", " << again.step(i);
                ASSERT_EQ(again.high(i, c), expected.high(i, c)) << back << ", " << again.step(i);
            }
        }
    }
}

// Before the end that going back aims at: what was followed beyond is another future's.
TEST(Recording, an_edit_on_the_way_back_leaves_no_extreme_of_the_other_future) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(900, pool);
    session.rewind(800);  // stands at a keyframe before
    const std::int64_t at = session.step();
    session.apply(SetParameter{"optimizer.lr", 0.03});
    session.advance_to(900, pool);

    Session expected(small_spec());
    expected.advance_to(at, pool);
    expected.apply(SetParameter{"optimizer.lr", 0.03});
    expected.advance_to(900, pool);
    for (int lane = 0; lane < 2; ++lane) {
        const HistoryView a = session.history(lane), b = expected.history(lane);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t c = 0; c < 3; ++c) {
                if (std::isnan(b.low(i, c))) continue;
                ASSERT_EQ(a.low(i, c), b.low(i, c)) << b.step(i);
                ASSERT_EQ(a.high(i, c), b.high(i, c)) << b.step(i);
            }
    }
}

// With minibatches no gradient pass sees the loss of all data: ranges are those of measured steps.
TEST(Recording, with_minibatches_a_loss_is_that_of_all_data_at_the_steps_measured) {
    Spec spec = small_spec();
    spec.experiment.data = {DataKind::samples, 40, 0.1, 8};
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(300, pool);
    const HistoryView history = session.history(0);
    const Layout& layout = session.layout();
    const Truth truth = every_step(spec, 0, 300);
    for (std::size_t i = 0; i < history.size(); ++i) {
        const std::vector<double>& row = truth[history.step(i)];
        EXPECT_EQ(history.value(i, layout.loss()), row[layout.loss()]);
        EXPECT_EQ(history.low(i, layout.loss()), row[layout.loss()]);
        EXPECT_EQ(history.high(i, layout.loss()), row[layout.loss()]);
        if (i == 0 || history.step(i - 1) != history.step(i) - 1) continue;
        EXPECT_EQ(history.value(i, layout.error_left()), row[layout.error_left()]);
    }
}

// ---- where a run stops ----

std::int64_t first_step_with(const std::vector<Truth>& lanes, std::size_t channel, double bound) {
    std::size_t longest = 0;
    for (const Truth& lane : lanes) longest = std::max(longest, lane.size());
    for (std::size_t step = 0; step < longest; ++step)
        if (std::all_of(lanes.begin(), lanes.end(), [&](const Truth& lane) {
                return lane[std::min(step, lane.size() - 1)][channel] <= bound;
            }))
            return static_cast<std::int64_t>(step);
    return -1;
}

std::int64_t stops_at(const Spec& spec, const std::vector<Bound>& bounds, std::int64_t stretch,
                      std::int64_t most = 600) {
    WorkerPool pool(1);
    Session session(spec);
    while (session.step() < most && !session.finished())
        if (session.advance_until(std::min(most, session.step() + stretch), bounds, pool))
            return session.step();
    return -1;
}

TEST(Stopping, is_at_the_first_step_that_meets_the_bound_wherever_rows_are_recorded) {
    Spec spec = small_spec();
    // Every step is measured, and what is recorded ends in the same run each time.
    const std::vector<std::size_t> steps =
        sanitized ? std::vector<std::size_t>{171} : std::vector<std::size_t>{0, 5, 171, 404, 515};
    std::vector<Truth> truth{every_step(spec, 0, 600), every_step(spec, 1, 600)};
    const auto problem = make_problem(spec.experiment);
    const Layout layout(*problem->model, problem->modes);
    for (const std::size_t channel : {layout.loss(), layout.relative_error(), layout.error_left(),
                                      layout.probe_after_k(), layout.product_sv(2), layout.mode(0)})
        for (const std::size_t step : steps) {
            // Bounds that some lane meets exactly, and the next number below.
            const double value = std::max(truth[0][step][channel], truth[1][step][channel]);
            if (std::isnan(value)) continue;
            for (const double bound : {value, std::nextafter(value, -INFINITY)}) {
                const std::int64_t expected = first_step_with(truth, channel, bound);
                for (const int dense : {1, 16, 600}) {
                    spec.experiment.record.dense = dense;
                    const std::int64_t stop = stops_at(spec, {{channel, bound}}, 1000);
                    // The last step is where it stops anyway.
                    EXPECT_EQ(stop, expected == 600 ? -1 : expected)
                        << "channel " << channel << ", bound " << bound;
                }
                EXPECT_EQ(stops_at(spec, {{channel, bound}}, 7), expected == 600 ? -1 : expected);
            }
        }
}

TEST(Stopping, a_followed_channel_of_a_layer_stops_at_its_row_s_own_value) {
    Spec spec = small_spec();
    WorkerPool pool(1);
    spec.experiment.record.dense = 600;
    Session all(spec);
    all.advance_to(300, pool);
    for (const std::size_t c :
         {all.layout().weight_norm(1), all.layout().fidelity(2), all.layout().rate(2)}) {
        double least = INFINITY;
        std::int64_t at = -1;
        for (std::size_t i = 1; i < 250; ++i) {
            const double both = std::max(all.history(0).value(i, c), all.history(1).value(i, c));
            if (both < least) {
                least = both;
                at = static_cast<std::int64_t>(i);
            }
        }
        ASSERT_GE(at, 0);
        // Nothing before is as small, but the start may be.
        const std::int64_t stop = stops_at(spec, {{c, least}}, 64);
        EXPECT_TRUE(stop == at || (stop == 0 && all.history(0).value(0, c) <= least)) << c;
    }
}

TEST(Stopping, minibatches_and_lanes_that_have_ended_are_looked_at_too) {
    Spec noisy = small_spec();
    noisy.experiment.data = {DataKind::samples, 40, 0.1, 8};
    Spec ending = small_spec();
    ending.lanes[1].phases[0].until.steps = 60;
    for (const Spec& spec : {noisy, ending}) {
        const std::vector<Truth> truth{every_step(spec, 0, 400), every_step(spec, 1, 400)};
        for (const std::size_t channel : {0U, 1U, 2U}) {
            const double bound =
                std::max(truth[0][200][channel],
                         truth[1][std::min<std::size_t>(200, truth[1].size() - 1)][channel]);
            const std::int64_t expected = first_step_with(truth, channel, bound);
            for (const std::int64_t stretch : {1, 13, 1000})
                EXPECT_EQ(stops_at(spec, {{channel, bound}}, stretch), expected)
                    << channel << " " << stretch;
        }
    }
}

TEST(Stopping, all_bounds_must_hold_at_one_step_and_a_nan_meets_none) {
    const Spec spec = small_spec();
    const auto problem = make_problem(spec.experiment);
    const Layout layout(*problem->model, problem->modes);
    EXPECT_EQ(stops_at(spec, {{layout.expected_norm(1), 1e300}}, 100, 50), -1) << "no decay: NaN";
    EXPECT_EQ(stops_at(spec, {{layout.loss(), 1e300}, {layout.fidelity(1), 2}}, 100, 50), 1)
        << "no update before the first step";
}

TEST(Stopping, leaves_the_session_as_if_it_had_never_gone_further) {
    Spec spec = small_spec();
    WorkerPool pool(1);
    const std::vector<Truth> truth{every_step(spec, 0, 300), every_step(spec, 1, 300)};
    const double bound = std::max(truth[0][210][0], truth[1][210][0]);
    Session session(spec);
    ASSERT_TRUE(session.advance_until(5000, {{0, bound}}, pool));
    Session expected(spec);
    expected.advance_to(session.step(), pool);
    for (int lane = 0; lane < 2; ++lane) {
        EXPECT_EQ(session.lane(lane).state_hash(), expected.lane(lane).state_hash());
        EXPECT_EQ(session.history(lane).size(), expected.history(lane).size());
    }
    EXPECT_EQ(to_json(session.saved()), to_json(expected.saved()));
}

}  // namespace
}  // namespace muonscope
