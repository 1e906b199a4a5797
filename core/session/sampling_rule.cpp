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

std::int64_t round_up(std::int64_t step, std::int64_t stride) {
    return (step + stride - 1) / stride * stride;
}

}  // namespace

std::int64_t SamplingRule::stride_at(std::int64_t step) const {
    const auto octaves = static_cast<std::uint64_t>(step / std::max<std::int64_t>(dense, 1));
    // 0 below dense, 1 up to 2 dense, 2 up to 4 dense...: the stride doubles with each.
    const auto natural = std::int64_t{1} << std::min(static_cast<int>(std::bit_width(octaves)), 40);
    return std::max(densest, std::min(natural, std::max(sparsest, densest)));
}

bool SamplingRule::due(std::int64_t step, std::int64_t stretch) const {
    return step % (stride_at(step) * stretch) == 0;
}

std::int64_t SamplingRule::next_due(std::int64_t after, std::int64_t stretch) const {
    std::int64_t step = after + 1;
    // Strides only grow and are powers of two, so rounding up ends after a few turns.
    while (!due(step, stretch)) step = round_up(step, stride_at(step) * stretch);
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
