#include "core/optim/weight_decay.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/reductions.h"

namespace muonscope {

double shrinkage(const OptimizerSpec& spec, double rate) {
    switch (spec.decay) {
        case Decay::none:
        case Decay::coupled:
            break;
        case Decay::rate:
        case Decay::cautious:
            return rate * spec.weight_decay;
        case Decay::rate_squared:
            return spec.lr > 0 ? rate * rate / spec.lr * spec.weight_decay : 0.0;
    }
    return 0;
}

void add_decay(const OptimizerSpec& spec, double rate, const Matrix& weight, Matrix& update) {
    const double shrink = shrinkage(spec, rate);
    if (shrink == 0) return;
    if (spec.decay != Decay::cautious) {
        update -= shrink * weight;
        return;
    }
    const double* const w = weight.data();
    double* const u = update.data();
    for (Eigen::Index i = 0; i < update.size(); ++i) u[i] -= u[i] * w[i] <= 0 ? shrink * w[i] : 0.0;
}

UpdateParts split_update(const Matrix& weight, const Matrix& update) {
    const double length = norm(weight), whole = sum_of_squares(update);
    const double along = length > 0 ? dot(weight, update) / length : 0.0;
    return {along, std::sqrt(std::max(whole - along * along, 0.0))};
}

void keep_across_from_growing(const Matrix& weight, Matrix& update) {
    const double length = norm(weight);
    const double wanted = length + split_update(weight, update).along;
    if (!(length > 0) || !(wanted > 0)) return;
    update += weight;
    const double reached = norm(update);
    if (reached > 0) update *= wanted / reached;
    update -= weight;
}

}  // namespace muonscope
