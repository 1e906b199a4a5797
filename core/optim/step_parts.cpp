#include "core/optim/step_parts.h"

#include "core/linalg/orthogonaliser.h"
#include "core/optim/rule.h"

namespace muonscope {
namespace {

// What Momentum::direction() gave when this gradient was the newest in the buffer.
Matrix direction(const LayerOptimizer::State& after, const Matrix& gradient) {
    const OptimizerSpec& spec = after.spec;
    if (after.momentum.size() == 0) return gradient;
    const double mu = spec.momentum, bias = after.momentum_bias;
    const double fresh = spec.momentum_style == MomentumStyle::ema ? 1 - mu : 1;
    const double now = spec.bias_corrected ? 1 / (1 - bias) : 1;
    if (!spec.nesterov) return now * after.momentum;
    const double ahead = spec.bias_corrected ? 1 / (1 - mu * bias) : 1;
    return now * fresh * gradient + ahead * mu * after.momentum;
}

// The engine of a kind that orthogonalises, or takes a power of, what enters it.
std::optional<OrthogonaliserSpec> engine_of(const OptimizerSpec& spec) {
    const OptimizerRule& rule = rule_of(spec.kind);
    if (rule.uses.orthogonaliser) return spec.orthogonaliser;
    if (!rule.uses.power) return {};
    OrthogonaliserSpec power = spec.orthogonaliser;
    power.engine = Engine::spectral_power;
    power.precision = Precision::float64;
    return power;
}

bool has_signs_first(const OptimizerSpec& spec) {
    constexpr std::string_view key = "sign_first";
    return own_parameter(rule_of(spec.kind), key) != nullptr && own_value(spec, key) != 0;
}

}  // namespace

StepParts step_parts(const LayerOptimizer::State& after, const Matrix& gradient,
                     const Matrix& before) {
    const OptimizerSpec& spec = after.spec;
    const OptimizerRule& rule = rule_of(spec.kind);
    StepParts parts;
    parts.momentum = after.momentum;
    if (rule.average != nullptr && !after.own.empty()) parts.momentum = after.own.front();
    parts.engine = engine_of(spec);
    if (!parts.engine && spec.kind != OptimizerKind::sgd) return parts;
    const bool coupled = spec.decay == Decay::coupled;
    parts.entering =
        direction(after, coupled ? Matrix(gradient + spec.weight_decay * before) : gradient);
    if (!parts.engine) {
        parts.leaving = parts.entering;
        return parts;
    }
    if (has_signs_first(spec)) parts.entering = Matrix(parts.entering.array().sign());
    parts.leaving.resize(gradient.rows(), gradient.cols());
    Orthogonaliser(gradient.rows(), gradient.cols(), *parts.engine)
        .orthogonalise(parts.entering, parts.leaving);
    return parts;
}

}  // namespace muonscope
