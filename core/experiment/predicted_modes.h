#pragma once

#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

// The curves that theory draws beside a lane: closed_forms.h for every mode of the product, where
// they hold. They do for a linear net on whitened inputs with the half loss that starts balanced
// and aligned, with one optimiser for all layers and no momentum: SGD (the gradient flow), or with
// steps of constant length the exact polar factor (spectral power 0), for which Newton-Schulz
// stands in Muon.
namespace muonscope {

bool theory_covers(const Experiment& experiment, const Recipe& recipe);

// modes x steps: the singular values of P at `steps`, ascending from 0 on, for a recipe that
// theory_covers().
Matrix predicted_modes(const Problem& problem, const Recipe& recipe, std::span<const double> steps);

// Where the loss stands while the first modes are learned and the others not begun, from none to
// all (plateaus() of closed_forms.h, in the experiment's loss). Known of linear nets on whitened
// inputs; of others there are none.
std::vector<double> loss_levels(const Problem& problem);

}  // namespace muonscope
