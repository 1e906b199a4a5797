#include "core/optim/flavours.h"

#include <vector>

#include "core/optim/rule.h"

namespace muonscope {
namespace {

// What a flavour is about; the rest is the user's to turn.
OptimizerSpec conventions(OptimizerSpec spec) {
    const OptimizerSpec plain;
    spec.lr = plain.lr;
    spec.weight_decay = plain.weight_decay;
    if (spec.momentum > 0) spec.momentum = 0.5;
    spec.orthogonaliser = plain.orthogonaliser;
    spec.schedule = plain.schedule;
    const OptimizerRule& rule = rule_of(spec.kind);
    const Uses& uses = rule.uses;
    if (!uses.momentum) spec.momentum = 0;
    if (!uses.beta1) spec.beta1 = plain.beta1;
    if (!uses.beta2) spec.beta2 = plain.beta2;
    if (!uses.epsilon) spec.epsilon = plain.epsilon;
    if (spec.momentum == 0 || !uses.momentum_form) {
        spec.momentum_style = plain.momentum_style;
        spec.nesterov = spec.bias_corrected = false;
    }
    if (spec.norm_law != NormLaw::constant) spec.shape_scale = ShapeScale::none;
    if (!uses.norm_law) {
        spec.norm_law = plain.norm_law;
        spec.shape_scale = plain.shape_scale;
    }
    const OwnValues all = spec.own;
    spec.own = {};
    for (const OwnParameter& parameter : rule.own)
        if (const double* value = all.find(parameter.key)) spec.own.set(parameter.key, *value);
    return spec;
}

bool orthogonalises_alike(const OptimizerSpec& a, const OptimizerSpec& b) {
    if (!rule_of(a.kind).uses.orthogonaliser) return true;
    OrthogonaliserSpec other = b.orthogonaliser;
    other.precision = a.orthogonaliser.precision;
    return a.orthogonaliser == other;
}

std::vector<Flavour> all_flavours() {
    std::vector<Flavour> flavours;
    for (const OptimizerRule* rule : optimizer_rules())
        flavours.insert(flavours.end(), rule->flavours.begin(), rule->flavours.end());
    return flavours;
}

}  // namespace

std::span<const Flavour> flavours() {
    static const std::vector<Flavour> all = all_flavours();
    return all;
}

const Flavour* flavour_of(const OptimizerSpec& spec) {
    const OptimizerSpec wanted = conventions(spec);
    const Flavour* best = nullptr;
    int most = -1;
    for (const Flavour& flavour : rule_of(spec.kind).flavours) {
        if (conventions(flavour.spec) != wanted) continue;
        const int alike = 4 * (orthogonalises_alike(flavour.spec, spec) ? 1 : 0) +
                          2 * (flavour.spec.weight_decay == spec.weight_decay ? 1 : 0) +
                          (flavour.spec.lr == spec.lr ? 1 : 0);
        if (alike <= most) continue;
        best = &flavour;
        most = alike;
    }
    return best;
}

std::string flavour_text(const OptimizerSpec& spec) {
    const Flavour* const flavour = flavour_of(spec);
    if (flavour == nullptr) return "Own";
    std::string text(flavour->label);
    if (!orthogonalises_alike(flavour->spec, spec))
        text += ", with " + name_of(spec.orthogonaliser);
    return text;
}

void take_flavour(OptimizerSpec& spec, const Flavour& flavour) {
    const ScheduleSpec schedule = spec.schedule;
    const Precision precision = spec.orthogonaliser.precision;
    spec = flavour.spec;
    spec.schedule = schedule;
    spec.orthogonaliser.precision = precision;
}

}  // namespace muonscope
