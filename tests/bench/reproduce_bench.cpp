// What reproducing "staged" costs beyond its matrix products as the best of the libraries in
// MUONSCOPE_PEERS makes them, all timed in the same run. The aim is 1.5.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/experiment/published/experiment.h"
#include "core/random/generator.h"
#include "tests/bench/peers.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

constexpr int width = 64, phase_1_steps = 600, iterations = 3;

template <typename Dense>
void products(const Peer& peer, std::int64_t count) {
    using Scalar = typename Dense::Scalar;
    const Matrix start = Generator(1, Purpose::start).normal_matrix(width, width) / width;
    const Dense left = start.cast<Scalar>(), right = start.transpose().cast<Scalar>();
    Dense result(width, width);
    for (std::int64_t i = 0; i < count; ++i) {
        peer.multiply<Scalar>(left, right, result);
        benchmark::DoNotOptimize(result.data());
        benchmark::ClobberMemory();
    }
}

// Phase 2 multiplies twice a step, W_2 W_1 and E W_1^T; Muon's phase 1 three times an iteration,
// in float; SGD's never.
void reproduce_staged(benchmark::State& state) {
    for (auto _ : state) {
        double phase_2_steps = 0;
        const double own = seconds([&] {
            Watch watch;
            for (const Job& job : published_experiment("staged").jobs(0))
                for (const Figure& figure : job.run(watch).finish())
                    if (figure.path.ends_with("/phase2_steps")) phase_2_steps += figure.value;
        });
        double plain = std::numeric_limits<double>::infinity();
        try {
            for (const Peer& peer : peers())
                plain = std::min(plain, seconds([&] {
                                     products<Matrix>(peer,
                                                      2 * static_cast<std::int64_t>(phase_2_steps));
                                     products<Eigen::MatrixXf>(
                                         peer, std::int64_t{3} * iterations * phase_1_steps);
                                 }));
        } catch (const Error& error) {
            state.SkipWithError(error.what());
            break;
        }
        state.SetIterationTime(own);
        state.counters["seconds"] = own;
        state.counters["ratio"] = own / plain;
    }
}
BENCHMARK(reproduce_staged)->UseManualTime()->Iterations(1);

}  // namespace
}  // namespace muonscope
