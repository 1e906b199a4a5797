#include "core/experiment/one_layer_descent.h"

#include <algorithm>

#include "core/experiment/loss_scale.h"

namespace muonscope {

int layer_trained_alone(const Experiment& experiment, const Phase& phase) {
    if (is_transformer(experiment)) return 0;
    const int depth = experiment.network.depth;
    for (int layer = 1; layer <= depth; ++layer)
        if (has_tanh(experiment.network, layer)) return 0;
    if (phase.objective != Objective::network || experiment.loss == LossKind::cross_entropy ||
        has_minibatches(experiment))
        return 0;
    int alone = 0;
    for (int layer = 1; layer <= depth; ++layer) {
        if (!trains(phase, layer)) continue;
        if (alone > 0) return 0;
        alone = layer;
    }
    if (alone == 0) return 0;
    const OptimizerSpec& optimizer = optimizer_of(phase, alone);
    const bool plain = optimizer.kind == OptimizerKind::sgd && optimizer.momentum == 0 &&
                       optimizer.decay == Decay::none && !optimizer.radial_only &&
                       optimizer.schedule.kind == RateSchedule::constant &&
                       optimizer.schedule.warmup == 0;
    return plain ? alone : 0;
}

double half_loss_rate(const Problem& problem, double lr) {
    return lr * loss_per_half_square(problem);
}

double learning_rate(const Problem& problem, double half_loss_rate) {
    return half_loss_rate / loss_per_half_square(problem);
}

}  // namespace muonscope
