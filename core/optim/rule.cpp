#include "core/optim/rule.h"

#include <array>

namespace muonscope {

#define MUONSCOPE_RULE(name) extern const OptimizerRule name##_rule;
MUONSCOPE_OPTIMIZERS(MUONSCOPE_RULE)
#undef MUONSCOPE_RULE

namespace {

#define MUONSCOPE_RULE(name) &name##_rule,
constexpr std::array rules{MUONSCOPE_OPTIMIZERS(MUONSCOPE_RULE)};
#undef MUONSCOPE_RULE

}  // namespace

const OptimizerRule& rule_of(OptimizerKind kind) {
    return *rules[place_of(kind)];
}

std::span<const OptimizerRule* const> optimizer_rules() {
    return rules;
}

const OwnParameter* own_parameter(const OptimizerRule& rule, std::string_view key) {
    for (const OwnParameter& parameter : rule.own)
        if (parameter.key == key) return &parameter;
    return nullptr;
}

double own_fallback(std::string_view key) {
    for (const OptimizerRule* rule : rules)
        if (const OwnParameter* parameter = own_parameter(*rule, key)) return parameter->fallback;
    return 0;
}

double own_value(const OptimizerSpec& spec, std::string_view key) {
    const double* const value = spec.own.find(key);
    return value ? *value : own_fallback(key);
}

}  // namespace muonscope
