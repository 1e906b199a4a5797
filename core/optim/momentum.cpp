#include "core/optim/momentum.h"

#include "core/linalg/kernels/kernels.h"
#include "core/optim/rule.h"

namespace muonscope {

double momentum_unit(const OptimizerSpec& spec) {
    if (!rule_of(spec.kind).uses.momentum_form || spec.momentum == 0) return 0;
    return spec.momentum_style == MomentumStyle::ema ? 1.0 : 1.0 / (1.0 - spec.momentum);
}

double momentum_correlation_of_the_buffer(const OptimizerSpec& spec) {
    const double mu = spec.momentum;
    if (mu == 0) return 1;
    if (!spec.nesterov) return (1 + mu) / (1 - mu);
    // c_0 = 1 - mu^2, c_k = (1 - mu) mu^(k + 1): they sum to 1, whatever the style.
    const double first = 1 - mu * mu;
    const double rest = (1 - mu) * mu * mu;  // c_1
    return 1 / (first * first + rest * rest / (1 - mu * mu));
}

void Momentum::clear() {
    buffer.setZero();
    unit = 0;
    bias = 1;
}

void Momentum::feed(const OptimizerSpec& spec, const Matrix& gradient, double factor,
                    double* result) {
    const double mu = spec.momentum;
    // Here and not when the spec changes: however often it does so between two steps, the bits are
    // those of the last change alone.
    const double wanted = momentum_unit(spec);
    if (unit != wanted && unit > 0) buffer *= wanted / unit;
    unit = wanted;
    const bool ema = spec.momentum_style == MomentumStyle::ema;
    const double fresh = ema ? 1.0 - mu : 1.0;  // weight of the new gradient
    bias *= mu;
    // What the gradient and the buffer count for, now and a step ahead.
    const double now = spec.bias_corrected ? 1 / (1 - bias) : 1;
    const double ahead = spec.bias_corrected ? 1 / (1 - mu * bias) : 1;
    kernels().momentum({buffer.size(), mu, fresh, gradient.data(), buffer.data(),
                        spec.nesterov ? now * fresh : 0, spec.nesterov ? ahead * mu : now, factor,
                        result});
}

const Matrix& Momentum::direction(const OptimizerSpec& spec, const Matrix& gradient) {
    if (spec.momentum == 0) return gradient;
    const bool is_buffer = !spec.nesterov && !spec.bias_corrected;
    feed(spec, gradient, 1, is_buffer ? nullptr : looked_ahead.data());
    return is_buffer ? buffer : looked_ahead;
}

}  // namespace muonscope
