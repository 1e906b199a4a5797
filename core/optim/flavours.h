#pragma once

#include <span>
#include <string_view>

#include "core/optim/optimizer_spec.h"

namespace muonscope {

// The conventions of a library, as its users know them: momentum, Nesterov, scale and decay, with
// the defaults of its learning rate and lambda.
struct Flavour {
    std::string_view slug, label, help;
    OptimizerSpec spec;
};
std::span<const Flavour> flavours();

// The first flavour with these conventions, whatever the learning rate, the momentum's size,
// lambda, precision and schedule; none: nullptr.
const Flavour* flavour_of(const OptimizerSpec& spec);

// The flavour's conventions and defaults; keeps the schedule and the arithmetic's precision.
void take_flavour(OptimizerSpec& spec, const Flavour& flavour);

}  // namespace muonscope
