#include "core/experiment/conditioned_spec.h"

#include <algorithm>

#include "core/base/elementary.h"
#include "core/experiment/parameters.h"

namespace muonscope {

Spec with_start_condition(Spec spec, double condition) {
    spec.experiment.init.kind = InitKind::conditioned;
    spec.experiment.init.condition = condition;
    return spec;
}

Spec with_target_condition(Spec spec, int rank, double condition) {
    TargetSpec& target = spec.experiment.target;
    target.kind = TargetKind::exponential;
    target.modes = rank;
    target.decay = rank > 1 ? elementary::pow(condition, -1.0 / (rank - 1)) : 1;
    target.decay = std::max(target.decay, parameter_at("target.decay").min);
    return spec;
}

double target_condition(const Problem& problem) {
    const Vector& s = problem.target_svd.s;
    const int modes = problem.modes;
    return modes > 0 && s.size() >= modes ? s(0) / s(modes - 1) : 1;
}

}  // namespace muonscope
