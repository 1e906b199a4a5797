#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/optim/optimizer_spec.h"

namespace muonscope {

// The conventions of a library, as its users know them: momentum, Nesterov, scale, decay and
// orthogonaliser, with the defaults of its learning rate and lambda. Held against the libraries
// themselves by tests/golden/libraries.py; Jordan's, Moonlight's and dion's, which are no packages,
// against their stated formulas.
struct Flavour {
    std::string_view slug, label, help;
    OptimizerSpec spec;
};
std::span<const Flavour> flavours();

// The flavour with these conventions, whatever the learning rate, the momentum's size, lambda,
// schedule and orthogonaliser; where several have them, the one with the same orthogonaliser,
// then lambda, then learning rate, then the first. None: nullptr.
const Flavour* flavour_of(const OptimizerSpec& spec);

// "dion Muon", "dion Muon, with Jordan x5" where the orthogonaliser is another; "Own" for none.
std::string flavour_text(const OptimizerSpec& spec);

// The flavour's conventions and defaults; keeps the schedule and the arithmetic's precision.
void take_flavour(OptimizerSpec& spec, const Flavour& flavour);

}  // namespace muonscope
