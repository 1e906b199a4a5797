#include "core/experiment/conserved.h"

#include "core/experiment/predicted_modes.h"

namespace muonscope {
namespace {

bool descends(const OptimizerSpec& spec) {
    return spec.kind == OptimizerKind::sgd && spec.momentum == 0 && spec.decay == Decay::none &&
           !spec.radial_only;
}

}  // namespace

Conserved conserved(const Experiment& experiment, const Recipe& recipe, int phase, int lower) {
    if (is_transformer(experiment)) return Conserved::nothing;
    if (theory_covers(experiment, recipe) &&
        optimizer_of(recipe.phases.front(), 1).kind != OptimizerKind::sgd)
        return Conserved::root;
    const Phase& now = recipe.phases.at(static_cast<std::size_t>(phase));
    const OptimizerSpec &below = optimizer_of(now, lower), &above = optimizer_of(now, lower + 1);
    const bool both = trains(now, lower) && trains(now, lower + 1) && descends(below) &&
                      descends(above) && below.lr == above.lr && below.schedule == above.schedule;
    return both && now.objective == Objective::network && !has_tanh(experiment.network, lower)
               ? Conserved::gram
               : Conserved::nothing;
}

}  // namespace muonscope
