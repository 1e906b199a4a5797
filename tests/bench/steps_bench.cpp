// One training step against the sum of its matrix products alone, as the best of the libraries in
// MUONSCOPE_PEERS makes them, all timed in turn within the same run, so that "ratio" does not
// depend on the machine's mood. The aims are 1.25 (SGD) and 1.35 (Muon, five iterations in float).

#include <benchmark/benchmark.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/lane.h"
#include "core/experiment/problem.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "tests/bench/peers.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

using MatrixF = Eigen::MatrixXf;

Experiment square_net(int d) {
    Experiment experiment;
    experiment.network.depth = 2;
    experiment.network.width = d;
    return experiment;
}

Recipe recipe_of(OptimizerKind kind, Precision precision) {
    Phase phase;
    phase.optimizer.kind = kind;
    phase.optimizer.orthogonaliser.precision = precision;
    phase.optimizer.lr = 1e-4;
    Recipe recipe;
    recipe.name = "bench";
    recipe.phases = {phase};
    return recipe;
}

// P - A, G_2 = E W_1^T and G_1 = W_2^T E: what any implementation has to multiply.
struct GradientProducts {
    Matrix first, second, error, gradient_1, gradient_2;
    explicit GradientProducts(int d) {
        Generator generator(1, Purpose::start);
        first = generator.normal_matrix(d, d);
        second = generator.normal_matrix(d, d);
        error = gradient_1 = gradient_2 = Matrix::Zero(d, d);
    }
    void run(const Peer& peer) {
        peer.multiply<double>(second, first, error);
        peer.multiply<double>(error, first.transpose(), gradient_2);
        peer.multiply<double>(second.transpose(), error, gradient_1);
        benchmark::DoNotOptimize(gradient_1.data());
        benchmark::DoNotOptimize(gradient_2.data());
        benchmark::ClobberMemory();
    }
};

// Three products an iteration in float: A = X X^T, A A, (b A + c A^2) X.
struct IterationProducts {
    MatrixF x, gram, square, next;
    explicit IterationProducts(int d) {
        x = Generator(2, Purpose::start).normal_matrix(d, d).cast<float>() / static_cast<float>(d);
        gram = square = next = MatrixF::Zero(d, d);
    }
    void run(const Peer& peer) {
        peer.multiply<float>(x, x.transpose(), gram);
        peer.multiply<float>(gram, gram, square);
        peer.multiply<float>(square, x, next);
        benchmark::DoNotOptimize(next.data());
        benchmark::ClobberMemory();
    }
};

double median(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Times products by each of the libraries in turn; the best one's median counts.
class ProductTimes {
  public:
    explicit ProductTimes(benchmark::State& state) {
        try {
            times_.resize(peers().size());
        } catch (const Error& error) {
            state.SkipWithError(error.what());
        }
    }
    void add(const auto& run) {
        for (std::size_t i = 0; i < times_.size(); ++i)
            times_[i].push_back(seconds([&] { run(peers()[i]); }));
    }
    double best() {
        double least = std::numeric_limits<double>::infinity();
        for (std::vector<double>& times : times_)
            if (!times.empty()) least = std::min(least, median(times));
        return least;
    }

  private:
    std::vector<std::vector<double>> times_;
};

void step(benchmark::State& state, OptimizerKind kind, Precision precision = Precision::float32) {
    const int d = static_cast<int>(state.range(0));
    Lane lane(make_problem(square_net(d)), recipe_of(kind, precision));
    GradientProducts gradients(d);
    IterationProducts iterations(d);
    const int orthogonalised =
        kind == OptimizerKind::muon ? 2 * OptimizerSpec{}.orthogonaliser.iterations : 0;
    std::vector<double> step_times;
    ProductTimes product_times(state);
    for (auto _ : state) {
        const double own = seconds([&] { lane.advance(); });
        product_times.add([&](const Peer& peer) {
            gradients.run(peer);
            for (int i = 0; i < orthogonalised; ++i) iterations.run(peer);
        });
        step_times.push_back(own);
        state.SetIterationTime(own);
    }
    if (step_times.empty()) return;
    state.counters["step_us"] = 1e6 * median(step_times);
    state.counters["products_us"] = 1e6 * product_times.best();
    state.counters["ratio"] = median(step_times) / product_times.best();
}

void sgd_step(benchmark::State& state) {
    step(state, OptimizerKind::sgd);
}
void muon_step(benchmark::State& state) {
    step(state, OptimizerKind::muon);
}
void muon_bfloat16_step(benchmark::State& state) {
    step(state, OptimizerKind::muon, Precision::bfloat16);
}
void adamw_step(benchmark::State& state) {
    step(state, OptimizerKind::adamw);
}
BENCHMARK(sgd_step)->Arg(64)->Arg(256)->UseManualTime();
BENCHMARK(muon_step)->Arg(64)->Arg(256)->UseManualTime();
BENCHMARK(muon_bfloat16_step)->Arg(64)->Arg(256)->UseManualTime();
BENCHMARK(adamw_step)->Arg(64)->Arg(256)->UseManualTime();

// What it costs a step to follow what is cheap at every step: two lanes on the same path, one
// followed and one not, in turn.
void followed(benchmark::State& state, OptimizerKind kind, double momentum) {
    const int d = static_cast<int>(state.range(0));
    const auto problem = make_problem(square_net(d));
    Recipe recipe = recipe_of(kind, Precision::float32);
    recipe.phases.front().optimizer.momentum = momentum;
    Lane plain(problem, recipe), followed(problem, recipe);
    followed.follow(Layout(*problem->model, problem->modes));
    std::vector<double> plain_times, followed_times;
    constexpr int steps = 64;
    const auto advance = [](Lane& lane) {
        for (int i = 0; i < steps; ++i) lane.advance();
    };
    for (auto _ : state) {
        const double own = seconds([&] { advance(followed); });
        plain_times.push_back(seconds([&] { advance(plain); }));
        followed_times.push_back(own);
        state.SetIterationTime(own);
    }
    state.counters["followed_us"] = 1e6 * median(followed_times) / steps;
    state.counters["plain_us"] = 1e6 * median(plain_times) / steps;
    state.counters["ratio"] = median(followed_times) / median(plain_times);
}

void followed_sgd(benchmark::State& state) {
    followed(state, OptimizerKind::sgd, 0);
}
void followed_heavy_ball(benchmark::State& state) {
    followed(state, OptimizerKind::sgd, 0.9);
}
void followed_muon(benchmark::State& state) {
    followed(state, OptimizerKind::muon, 0);
}
void followed_adamw(benchmark::State& state) {
    followed(state, OptimizerKind::adamw, 0);
}
BENCHMARK(followed_sgd)->Arg(32)->Arg(64)->UseManualTime();
BENCHMARK(followed_heavy_ball)->Arg(32)->Arg(64)->UseManualTime();
BENCHMARK(followed_muon)->Arg(32)->Arg(64)->UseManualTime();
BENCHMARK(followed_adamw)->Arg(32)->Arg(64)->UseManualTime();

// Newton-Schulz x5 against three of the best library's products an iteration, without symmetry.
void orthogonaliser(benchmark::State& state) {
    const auto d = state.range(0);
    const Matrix gradient = Generator(4, Purpose::start).normal_matrix(d, d);
    Matrix result(d, d);
    Orthogonaliser jordan(d, d, {});
    IterationProducts iterations(static_cast<int>(d));
    std::vector<double> own_times;
    ProductTimes product_times(state);
    for (auto _ : state) {
        const double own = seconds([&] { jordan.orthogonalise(gradient, result); });
        product_times.add([&](const Peer& peer) {
            for (int i = 0; i < 5; ++i) iterations.run(peer);
        });
        own_times.push_back(own);
        state.SetIterationTime(own);
    }
    if (own_times.empty()) return;
    state.counters["own_us"] = 1e6 * median(own_times);
    state.counters["products_us"] = 1e6 * product_times.best();
    state.counters["speed"] = product_times.best() / median(own_times);
}
BENCHMARK(orthogonaliser)->Arg(64)->Arg(256)->Arg(512)->Arg(1024)->UseManualTime();

// bfloat16, as this processor has it, and the emulation of tensor cores against the float engine,
// five iterations each.
void rounded_newton_schulz(benchmark::State& state) {
    const auto d = state.range(0);
    const auto precision = state.range(1) == 0 ? Precision::bfloat16 : Precision::tensor_core;
    const Matrix gradient = Generator(4, Purpose::start).normal_matrix(d, d);
    Matrix result(d, d);
    OrthogonaliserSpec spec;
    Orthogonaliser plain(d, d, spec);
    spec.precision = precision;
    Orthogonaliser rounded(d, d, spec);
    std::vector<double> rounded_times, plain_times;
    for (auto _ : state) {
        const double own = seconds([&] { rounded.orthogonalise(gradient, result); });
        plain_times.push_back(seconds([&] { plain.orthogonalise(gradient, result); }));
        rounded_times.push_back(own);
        state.SetIterationTime(own);
    }
    state.counters["rounded_us"] = 1e6 * median(rounded_times);
    state.counters["ratio"] = median(rounded_times) / median(plain_times);
}
BENCHMARK(rounded_newton_schulz)
    ->ArgNames({"d", "tensor_core"})
    ->Args({64, 0})
    ->Args({256, 0})
    ->Args({64, 1})
    ->UseManualTime();

void spectrum_of_gaussian(benchmark::State& state) {
    const auto n = state.range(0);
    const Matrix matrix = Generator(3, Purpose::start).normal_matrix(n, n);
    Spectrum spectrum(n, n);
    Vector values(n);
    for (auto _ : state) {
        spectrum.singular_values(matrix, std::span(values.data(), n));
        benchmark::DoNotOptimize(values.data());
    }
}
BENCHMARK(spectrum_of_gaussian)->RangeMultiplier(2)->Range(8, 256);

}  // namespace
}  // namespace muonscope
