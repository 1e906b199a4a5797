#pragma once

#include <string>

#include "core/experiment/spec.h"

// What a loss is a loss of, in a formula: two that stand side by side may be of different kinds.
namespace muonscope {

// Of the training: "½‖P − A‖²" or "‖P − A‖²/‖A‖²", by the experiment's loss and data.
std::string loss_formula(const Experiment& experiment);

// Of the downstream probe, whatever the training's: "½‖BH − A‖²", "½‖BH − R‖²" for random labels
// R, "mean cross-entropy".
std::string probe_loss_formula(const Experiment& experiment);

}  // namespace muonscope
