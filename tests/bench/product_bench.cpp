// Products of square matrices beside those of the libraries in MUONSCOPE_PEERS, in turn within one
// run. "ratio" is ours against the best of them, "own" and "best" are GF/s. The aim is .95.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/linalg/matrix_product.h"
#include "tests/bench/peers.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

constexpr double least_seconds = 20e-6;  // of what is timed at once

template <typename Scalar>
void product(benchmark::State& state, bool left_transposed, bool right_transposed) {
    const auto n = state.range(0);
    const DenseOf<Scalar> a = DenseOf<Scalar>::Random(n, n), b = DenseOf<Scalar>::Random(n, n);
    DenseOf<Scalar> result(n, n);
    const auto left = left_transposed ? Factor<Scalar>(a.transpose()) : Factor<Scalar>(a);
    const auto right = right_transposed ? Factor<Scalar>(b.transpose()) : Factor<Scalar>(b);
    MatrixProduct<Scalar> product(n, n);
    const std::vector<Peer>* others = nullptr;
    try {
        others = &peers();
    } catch (const Error& error) {
        state.SkipWithError(error.what());
        return;
    }
    const auto multiply = [&](std::size_t who) {
        if (who == 0)
            product.multiply(left, right, result);
        else
            (*others)[who - 1].multiply(left, right, result);
        benchmark::DoNotOptimize(result.data());
        benchmark::ClobberMemory();
    };
    std::vector<double> least(others->size() + 1, 1e9);
    multiply(0);
    const int repeats =
        1 + static_cast<int>(least_seconds / std::max(1e-9, seconds([&] { multiply(0); })));
    for (auto _ : state)
        for (std::size_t who = 0; who < least.size(); ++who) {
            const double taken = seconds([&] {
                for (int i = 0; i < repeats; ++i) multiply(who);
            });
            least[who] = std::min(least[who], taken / repeats);
            if (who == 0) state.SetIterationTime(taken / repeats);
        }
    const double best = *std::min_element(least.begin() + 1, least.end());
    const double flops = 2e-9 * static_cast<double>(n * n * n);
    state.counters["own"] = flops / least[0];
    state.counters["best"] = flops / best;
    state.counters["ratio"] = best / least[0];
}

template <typename Scalar>
void add_products(const std::string& name) {
    for (const bool left : {false, true})
        for (const bool right : {false, true})
            benchmark::RegisterBenchmark(
                ("product/" + name + (left ? "/T" : "/N") + (right ? "T" : "N")).c_str(),
                [=](benchmark::State& state) { product<Scalar>(state, left, right); })
                ->RangeMultiplier(2)
                ->Range(32, 1024)
                ->UseManualTime();
}

const bool are_added = [] {
    add_products<double>("double");
    add_products<float>("float");
    return true;
}();

}  // namespace
}  // namespace muonscope
