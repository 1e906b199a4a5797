#include "core/experiment/published/staged_plan.h"

#include "core/experiment/published/specs.h"
#include "core/theory/closed_forms.h"

namespace muonscope {

const Phase* second_phase(const Spec& spec, std::size_t lane) {
    const Experiment& e = spec.experiment;
    const auto& phases = spec.lanes[lane].phases;
    if (e.network.depth != 2 || has_tanh(e.network, 1) || e.data.kind != DataKind::whitened ||
        phases.size() != 2 || phases[0].objective != Objective::layer_target ||
        phases[0].layers != std::vector{1} || phases[1].objective != Objective::network ||
        phases[1].layers != std::vector{2} || !phases[1].until.relative_error)
        return nullptr;
    const OptimizerSpec& optimizer = optimizer_of(phases[1], 2);
    return optimizer.kind == OptimizerKind::sgd && optimizer.momentum == 0 ? &phases[1] : nullptr;
}

StagedPlan staged_plan(const Experiment& experiment, const Problem& problem, const Phase& second,
                       const std::vector<Matrix>& weights) {
    StagedPlan plan;
    plan.distance = (weights[0] - problem.layer_targets[0]).norm() / problem.target_norm;
    const double lr = optimizer_of(second, 2).lr;
    const double rate = experiment.loss == LossKind::relative
                            ? 2 * lr / (problem.target_norm * problem.target_norm)
                            : lr;
    plan.remaining = second_phase_steps(weights[0], weights[1], problem.target, rate,
                                        *second.until.relative_error);
    return plan;
}

Spec spec_of(const SweepSeed& seed, Budget budget) {
    Spec spec = staged_spec(seed.shift);
    for (std::size_t arm = 0; arm < spec.lanes.size(); ++arm)
        spec.lanes[arm].phases[0].until.steps =
            static_cast<std::int64_t>(seed.arm(budget, arm).first_steps);
    return spec;
}

}  // namespace muonscope
