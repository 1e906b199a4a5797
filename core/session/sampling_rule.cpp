#include "core/session/sampling_rule.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/experiment/cost.h"

namespace muonscope {
namespace {

std::int64_t power_of_two_at_least(double x) {
    const double bounded = std::clamp(std::ceil(x), 1.0, 0x1p40);
    return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(bounded)));
}

// Whether the later half of a group is taken: one bit of the group's place among those of its size
// (the finaliser of SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
bool takes_later_half(std::int64_t group, std::int64_t size) {
    auto x = static_cast<std::uint64_t>(group) * 0x9e3779b97f4a7c15ULL +
             static_cast<std::uint64_t>(size);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return ((x ^ (x >> 31)) & 1) != 0;
}

// Of the group of `size` pairs with this number, the number of the pair that is taken.
std::int64_t taken_pair(std::int64_t group, std::int64_t size) {
    for (; size > 1; size /= 2) group = 2 * group + (takes_later_half(group, size) ? 1 : 0);
    return group;
}

// Pairs count from 0: (1, 2), (3, 4) …
std::int64_t pair_of(std::int64_t step) {
    return (step - 1) / 2;
}

}  // namespace

std::int64_t SamplingRule::stride_at(std::int64_t step) const {
    const auto octaves = static_cast<std::uint64_t>(step / std::max<std::int64_t>(dense, 1));
    // 0 below dense, 1 up to 2 dense, 2 up to 4 dense...: the stride doubles with each.
    const auto natural = std::int64_t{1} << std::min(static_cast<int>(std::bit_width(octaves)), 40);
    return std::max(densest, std::min(natural, std::max(sparsest, densest)));
}

bool SamplingRule::due(std::int64_t step, std::int64_t stretch) const {
    if (step <= 0) return step == 0;
    const std::int64_t size = stride_at(pair_end(step) - 1) * stretch, pair = pair_of(step);
    return taken_pair(pair / size, size) == pair;
}

std::int64_t SamplingRule::next_due(std::int64_t after, std::int64_t stretch) const {
    std::int64_t step = after + 1;
    while (!due(step, stretch)) {
        const std::int64_t size = stride_at(pair_end(step) - 1) * stretch, pair = pair_of(step);
        const std::int64_t taken = taken_pair(pair / size, size);
        const std::int64_t next = taken > pair ? taken : (pair / size + 1) * size;
        // Beyond the next doubling other groups hold.
        const std::int64_t base = std::max<std::int64_t>(dense, 1);
        const auto octaves = static_cast<std::uint64_t>((pair_end(step) - 1) / base);
        const std::int64_t doubling = base << std::bit_width(octaves);
        step = 2 * std::min(next, doubling / 2) + 1;
    }
    return step;
}

SamplingRule sampling_rule(const Experiment& experiment) {
    constexpr double share = 0.1;          // of the training time
    constexpr double dense_budget = 5e10;  // multiply-adds: seconds, not minutes
    const double measure = measure_cost(experiment);
    SamplingRule rule;
    rule.dense = std::max(1, experiment.record.dense);
    rule.sparsest = power_of_two_at_least(measure / (share * step_cost(experiment)));
    rule.densest = std::min(rule.sparsest, power_of_two_at_least(static_cast<double>(rule.dense) *
                                                                 measure / dense_budget));
    return rule;
}

}  // namespace muonscope
