#include "core/experiment/predicted_modes.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"
#include "core/experiment/loss_scale.h"
#include "core/theory/closed_forms.h"

namespace muonscope {
namespace {

// A layer's singular value on its way to `goal`, from either side.
double muon_layer(double start, double goal, double way) {
    return start < goal ? std::min(start + way, goal) : std::max(start - way, goal);
}

bool rate_changes(const ScheduleSpec& schedule) {
    return schedule.kind != RateSchedule::constant || schedule.warmup > 0;
}

// Whether all singular values of the direction end up about equal. Jordan's coefficients do not
// make them quite so; nor do the others for values below their range.
bool flattens(const OptimizerSpec& spec) {
    if (spec.kind == OptimizerKind::spectral) return spec.orthogonaliser.power == 0;
    if (spec.kind != OptimizerKind::muon) return false;
    switch (spec.orthogonaliser.engine) {
        case Engine::spectral_power:
            return spec.orthogonaliser.power == 0;
        case Engine::qr:  // of a diagonal matrix it is the polar factor, of a turned one not
        case Engine::random_spectrum:
        case Engine::custom:
            return false;
        default:
            return true;
    }
}

}  // namespace

bool theory_covers(const Experiment& experiment, const Recipe& recipe) {
    if (is_transformer(experiment) || experiment.network.activation != Activation::linear ||
        experiment.data.kind != DataKind::whitened || experiment.loss != LossKind::half ||
        experiment.init.kind != InitKind::aligned || recipe.phases.size() != 1)
        return false;
    const Phase& phase = recipe.phases.front();
    const OptimizerSpec& first = optimizer_of(phase, 1);
    for (int layer = 1; layer <= experiment.network.depth; ++layer)
        if (!trains(phase, layer) || !(optimizer_of(phase, layer) == first)) return false;
    if (phase.objective != Objective::network || first.momentum != 0 ||
        first.decay != Decay::none || first.radial_only || rate_changes(first.schedule))
        return false;
    if (first.kind == OptimizerKind::sgd) return true;
    return flattens(first) && first.norm_law == NormLaw::constant &&
           first.shape_scale == ShapeScale::none;
}

Matrix predicted_modes(const Problem& problem, const Recipe& recipe,
                       std::span<const double> steps) {
    const int depth = problem.experiment.network.depth;
    const OptimizerSpec& optimizer = optimizer_of(recipe.phases.front(), 1);
    const double start = problem.experiment.init.scale;
    Matrix modes(problem.modes, static_cast<Eigen::Index>(steps.size()));
    for (int k = 0; k < problem.modes; ++k) {
        const double s = problem.target_svd.s(k);
        if (optimizer.kind == OptimizerKind::sgd) {
            const std::vector<double> curve =
                sgd_mode_curve(depth, s, elementary::pow(start, depth), optimizer.lr, steps);
            for (std::size_t i = 0; i < curve.size(); ++i)
                modes(k, static_cast<Eigen::Index>(i)) = curve[i];
            continue;
        }
        const double goal = elementary::pow(s, 1.0 / depth);
        for (std::size_t i = 0; i < steps.size(); ++i)
            modes(k, static_cast<Eigen::Index>(i)) =
                elementary::pow(muon_layer(start, goal, optimizer.lr * steps[i]), depth);
    }
    return modes;
}

std::vector<double> loss_levels(const Problem& problem) {
    const Experiment& experiment = problem.experiment;
    if (is_transformer(experiment) || experiment.data.kind != DataKind::whitened ||
        experiment.loss == LossKind::cross_entropy ||
        experiment.network.activation != Activation::linear)
        return {};
    std::vector<double> levels =
        plateaus(std::span(problem.target_svd.s.data(), static_cast<std::size_t>(problem.modes)));
    const double factor = loss_per_half_square(problem);
    for (double& level : levels) level *= factor;
    return levels;
}

}  // namespace muonscope
