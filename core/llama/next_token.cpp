#include "core/llama/next_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {

namespace {

int first_largest(std::span<const float> logits) {
    return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// e^((logit - largest)/temperature) of each; their sum.
double relative_weights(std::span<const float> logits, double temperature,
                        std::vector<double>& weights) {
    const auto largest =
        static_cast<double>(logits[static_cast<std::size_t>(first_largest(logits))]);
    weights.resize(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
        weights[i] = (static_cast<double>(logits[i]) - largest) / temperature;
    const auto count = static_cast<Size>(weights.size());
    kernels().exp(weights.data(), count);
    return kernels().sum(weights.data(), count);
}

}  // namespace

double log_of_sum(std::span<const float> logits) {
    const auto largest =
        static_cast<double>(logits[static_cast<std::size_t>(first_largest(logits))]);
    // In stretches, so that no memory is taken.
    constexpr std::size_t stretch = 512;
    double exponents[stretch];
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); i += stretch) {
        const std::size_t count = std::min(stretch, logits.size() - i);
        for (std::size_t k = 0; k < count; ++k)
            exponents[k] = static_cast<double>(logits[i + k]) - largest;
        kernels().exp(exponents, static_cast<Size>(count));
        sum += kernels().sum(exponents, static_cast<Size>(count));
    }
    return largest + elementary::log(sum);
}

double log_probability(std::span<const float> logits, int token) {
    return static_cast<double>(logits[static_cast<std::size_t>(token)]) - log_of_sum(logits);
}

std::vector<RankedToken> likeliest(std::span<const float> logits, int count) {
    std::vector<int> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    count = std::min(count, static_cast<int>(logits.size()));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int a, int b) {
        const float first = logits[static_cast<std::size_t>(a)];
        const float second = logits[static_cast<std::size_t>(b)];
        return first != second ? first > second : a < b;
    });
    const double off = log_of_sum(logits);
    std::vector<RankedToken> ranked;
    for (int i = 0; i < count; ++i) {
        const int token = order[static_cast<std::size_t>(i)];
        ranked.push_back(
            {token, static_cast<double>(logits[static_cast<std::size_t>(token)]) - off});
    }
    return ranked;
}

Sampler::Sampler(const SamplingSpec& spec, std::uint64_t seed)
    : spec_(spec), generator_(seed, Purpose::next_token) {
    if (!(spec.temperature >= 0 && spec.temperature <= 10))
        throw Error("temperature", fmt::format("it is {}", spec.temperature),
                    "0, the likeliest token, to 10 can be");
    if (!(spec.top_p > 0 && spec.top_p <= 1))
        throw Error("top-p", fmt::format("it is {}", spec.top_p), "above 0 to 1 can be");
}

int Sampler::choose(std::span<const float> logits) {
    if (spec_.temperature == 0) return first_largest(logits);
    const double total = relative_weights(logits, spec_.temperature, weights_);
    return spec_.top_p < 1 ? drawn_of_likeliest(total) : drawn_of_all(total);
}

int Sampler::drawn_of_all(double total) {
    double left = generator_.uniform() * total;
    int last = 0;  // with a chance: where rounding leaves something behind all
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        if (weights_[i] == 0) continue;
        last = static_cast<int>(i);
        if (left < weights_[i]) return last;
        left -= weights_[i];
    }
    return last;
}

int Sampler::drawn_of_likeliest(double total) {
    // A heap, of which few are taken in most cases.
    order_.resize(weights_.size());
    std::iota(order_.begin(), order_.end(), 0);
    const auto after = [&](int a, int b) {
        const double first = weights_[static_cast<std::size_t>(a)];
        const double second = weights_[static_cast<std::size_t>(b)];
        return first != second ? first < second : a > b;
    };
    std::make_heap(order_.begin(), order_.end(), after);
    double kept = 0;
    auto end = order_.end();  // those from here on are kept, likeliest last
    while (end != order_.begin() && kept < spec_.top_p * total) {
        std::pop_heap(order_.begin(), end, after);
        --end;
        kept += weights_[static_cast<std::size_t>(*end)];
    }
    double left = generator_.uniform() * kept;
    for (auto token = order_.end(); token != end;) {
        const double weight = weights_[static_cast<std::size_t>(*--token)];
        if (left < weight) return *token;
        left -= weight;
    }
    return *end;
}

}  // namespace muonscope
