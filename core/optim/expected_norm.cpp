#include "core/optim/expected_norm.h"

#include <cmath>
#include <limits>

#include "core/optim/rule.h"
#include "core/optim/weight_decay.h"

namespace muonscope {

double momentum_correlation(const OptimizerSpec& spec) {
    const auto average = rule_of(spec.kind).average;
    if (!average) return momentum_correlation_of_the_buffer(spec);
    return (1 + average(spec)) / (1 - average(spec));
}

double expected_norm(const OptimizerSpec& spec, double rate, double update_norm) {
    const double shrink = shrinkage(spec, rate);
    if (spec.decay == Decay::cautious || spec.radial_only || !(shrink > 0))
        return std::numeric_limits<double>::quiet_NaN();
    return update_norm * std::sqrt(momentum_correlation(spec) / (2 * shrink));
}

}  // namespace muonscope
