// A token and a prompt of a llama in the shape of SmolLM2 (random weights), on one thread, beside
// reading all of its weights once, in turn within one run. "of_bandwidth" is the share of what a
// token would take if it were nothing but reading; the aim is .6.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/linalg/kernels/kernels.h"
#include "core/llama/llama.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

LlamaWeights random_smollm2() {
    LlamaShape shape;
    shape.blocks = 30;
    shape.width = 576;
    shape.hidden = 1536;
    shape.heads = 9;
    shape.kv_heads = 3;
    shape.head_width = shape.rotary = 64;
    shape.rope_base = 100000;
    shape.vocabulary = 49152;
    LlamaWeights weights(shape);
    std::uint32_t state = 1;
    for (const std::string& name : weights.names()) {
        const auto [rows, cols] = weights.size_of(name);
        NewFloats values(rows, cols);
        for (std::size_t i = 0; i < values.size(); ++i) {
            state = state * 1664525U + 1013904223U;
            values.data()[i] = static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-36F;
        }
        weights.set(name, std::move(values).share());
    }
    return weights;
}

const LlamaWeights& weights() {
    static const LlamaWeights made = random_smollm2();
    return made;
}

double bytes() {
    double count = 0;
    for (const std::string& name : weights().names())
        count += static_cast<double>(weights().at(name).size()) * sizeof(float);
    return count;
}

void read_all() {
    double sum = 0;
    for (const std::string& name : weights().names()) {
        const SharedFloats& tensor = weights().at(name);
        sum += kernels().sum_of_float_squares(tensor.data.get(), static_cast<Size>(tensor.size()));
    }
    benchmark::DoNotOptimize(sum);
}

void token(benchmark::State& state) {
    Llama llama(weights(), 256);
    llama.read(std::vector<int>(64, 7));
    const std::vector<int> next{9};
    double least_token = 1e9, least_read = 1e9;
    for (auto _ : state) {
        const double token = seconds([&] { llama.read(next); });
        llama.keep(64);
        least_token = std::min(least_token, token);
        least_read = std::min(least_read, seconds(read_all));
        state.SetIterationTime(token);
    }
    state.counters["token_ms"] = least_token * 1e3;
    state.counters["token_GB/s"] = bytes() * 1e-9 / least_token;
    state.counters["read_GB/s"] = bytes() * 1e-9 / least_read;
    state.counters["of_bandwidth"] = least_read / least_token;
}

void prompt(benchmark::State& state) {
    Llama llama(weights(), 256);
    const std::vector<int> tokens(static_cast<std::size_t>(state.range(0)), 7);
    double least = 1e9;
    for (auto _ : state) {
        llama.keep(0);
        const double taken = seconds([&] { llama.read(tokens); });
        least = std::min(least, taken);
        state.SetIterationTime(taken);
    }
    state.counters["prompt_ms"] = least * 1e3;
}

BENCHMARK(token)->Name("llama/token")->UseManualTime()->Iterations(20);
BENCHMARK(prompt)->Name("llama/prompt")->Arg(65)->UseManualTime()->Iterations(5);

}  // namespace
}  // namespace muonscope
