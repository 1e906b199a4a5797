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
    const ScaledNorm w = scaled_norm(weight);
    const double whole = norm(update);
    const double product = w.unit == 1 ? dot(weight, update) : dot(Matrix(w.unit * weight), update);
    const double along = w.norm > 0 ? product / w.norm : 0.0;
    const double share = whole > 0 ? along / whole : 0.0;
    return {along, whole * std::sqrt(std::max(1 - share * share, 0.0))};
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
