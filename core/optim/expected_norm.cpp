#include "core/optim/expected_norm.h"

#include <cmath>
#include <limits>

#include "core/optim/weight_decay.h"

namespace muonscope {

double momentum_correlation(const OptimizerSpec& spec) {
    const bool adam = spec.kind == OptimizerKind::adamw;
    const double mu = adam ? spec.beta1 : spec.momentum;
    if (mu == 0) return 1;
    if (adam || !spec.nesterov) return (1 + mu) / (1 - mu);
    // c_0 = 1 - mu^2, c_k = (1 - mu) mu^(k + 1): they sum to 1, whatever the style.
    const double first = 1 - mu * mu;
    const double rest = (1 - mu) * mu * mu;  // c_1
    return 1 / (first * first + rest * rest / (1 - mu * mu));
}

double expected_norm(const OptimizerSpec& spec, double rate, double update_norm) {
    const double shrink = shrinkage(spec, rate);
    if (spec.decay == Decay::cautious || spec.radial_only || !(shrink > 0))
        return std::numeric_limits<double>::quiet_NaN();
    return update_norm * std::sqrt(momentum_correlation(spec) / (2 * shrink));
}

}  // namespace muonscope
