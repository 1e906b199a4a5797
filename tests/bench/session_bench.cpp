// What the session costs beside its training: an event of a slider, a picture for the window, a
// step back, any step of the past. The limits are in the same run: a slider's event against the 20
// us it may take, a picture against copying what it holds, a step back against training from the
// start.

#include <benchmark/benchmark.h>

#include <algorithm>

#include "core/experiment/presets.h"
#include "core/random/generator.h"
#include "core/session/past.h"
#include "core/session/session.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

Spec spec_of(int width, int lanes, int depth = 3) {
    Spec spec = preset("two-ways-up");
    spec.experiment.network.depth = depth;
    spec.experiment.network.width = width;
    const Recipe sgd = spec.lanes.front(), muon = spec.lanes.back();
    spec.lanes.clear();
    for (int l = 0; l < lanes; ++l) spec.lanes.push_back(l % 2 == 0 ? sgd : muon);
    for (std::size_t l = 0; l < spec.lanes.size(); ++l)
        spec.lanes[l].name = "lane " + std::to_string(l + 1);
    return spec;
}

// lanes: of width 32
void slider_event(benchmark::State& state) {
    Session session(spec_of(32, static_cast<int>(state.range(0))));
    WorkerPool pool(1);
    session.advance_to(10, pool);
    double rate = 0.01;
    for (auto _ : state) {
        rate = rate < 0.02 ? rate * 1.0001 : 0.01;
        session.apply(SetParameter{.path = "lanes.0.optimizer.lr", .value = rate});
    }
    state.counters["limit"] = 20e-6;
}
BENCHMARK(slider_event)->Arg(2)->Arg(8)->Unit(benchmark::kMicrosecond);

// width; two lanes, three layers
void snapshot_while_training(benchmark::State& state) {
    const auto width = static_cast<int>(state.range(0));
    Session session(spec_of(width, 2));
    WorkerPool pool(1);
    std::int64_t step = 0;
    double taken = 0, copying = 0;
    for (auto _ : state) {
        session.advance_to(++step, pool);
        const double seconds_taken = seconds([&] {
            benchmark::DoNotOptimize(session.snapshot(
                {.fresh = false, .show = Session::Show::what_is_sound, .hashed = false}));
        });
        state.SetIterationTime(seconds_taken);
        taken += seconds_taken;
        copying += seconds([&] {
            for (int l = 0; l < session.lanes(); ++l) {
                std::vector<Matrix> copy = session.lane(l).weights();
                benchmark::DoNotOptimize(copy.data());
            }
        });
    }
    state.counters["ratio"] = taken / copying;
}
BENCHMARK(snapshot_while_training)
    ->Arg(32)
    ->Arg(256)
    ->Arg(1024)
    ->Iterations(8)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// width, depth, steps: back by one step from there, where a window had come in stretches of so many
// steps
void step_back(benchmark::State& state) {
    const auto width = static_cast<int>(state.range(0)), depth = static_cast<int>(state.range(1));
    const std::int64_t steps = state.range(2), stretch = state.range(3);
    Session session(spec_of(width, 2, depth));
    WorkerPool pool(2);
    const auto come = [&] {
        while (session.step() < steps)
            session.advance_to(std::min(session.step() + stretch, steps), pool);
    };
    const double there = seconds(come);
    double back = 0;
    for (auto _ : state) {
        come();
        const double taken = seconds([&] { session.go_back_to(steps - 1, pool); });
        state.SetIterationTime(taken);
        back += taken;
    }
    state.counters["ratio"] = back / static_cast<double>(state.iterations()) / there;
}
BENCHMARK(step_back)
    ->Args({32, 3, 400, 100})
    ->Args({256, 3, 400, 1})
    ->Args({1024, 4, 24, 1})
    ->Iterations(3)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// width, steps of two lanes of three layers: to any step of the run, as the window looks back.
// longest: of all that were looked at, against the second that it may take; first: until its newest
// recorded rows are shown, against the .15 s of that.
void look_back(benchmark::State& state) {
    const auto width = static_cast<int>(state.range(0));
    const std::int64_t steps = state.range(1);
    Session session(spec_of(width, 2));
    WorkerPool pool(2);
    while (session.step() < steps) session.advance_to(std::min(session.step() + 100, steps), pool);
    const auto now = session.snapshot();
    Generator random(1, Purpose::noise);
    double longest = 0, first = 0;
    for (auto _ : state) {
        const auto step =
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(steps)));
        first = std::max(
            first, seconds([&] { benchmark::DoNotOptimize(as_it_was(*now, step, nullptr)); }));
        const double taken = seconds([&] {
            const auto run = std::make_shared<const Session>(session);
            const auto then = picture_of_past(run, step).finish();
            benchmark::DoNotOptimize(as_it_was(*now, step, then.get()));
        });
        state.SetIterationTime(taken);
        longest = std::max(longest, taken);
    }
    state.counters["longest"] = longest;
    state.counters["first"] = first;
}
BENCHMARK(look_back)
    ->Args({32, 20000})
    ->Args({64, 20000})
    ->Args({256, 1000})
    ->Iterations(40)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muonscope
