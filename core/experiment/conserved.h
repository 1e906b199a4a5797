#pragma once

#include "core/experiment/spec.h"

namespace muonscope {

// What theory says that two neighbouring layers keep of how they differ (measure/balance.h).
enum class Conserved {
    nothing,
    gram,  // W_(l+1)^T W_(l+1) - W_l W_l^T, up to the square of the steps: plain descent
    root,  // the difference of the roots: aligned layers, the exact polar factor, equal steps
};
// lower: l, 1-based. Descent keeps the Grams of two layers that it trains with one constant rate
// and without momentum or decay, in the experiment's own loss, with no tanh between them;
// minibatches do not matter. Roots are kept where theory_covers() (predicted_modes.h) a recipe of
// Muon's kind.
Conserved conserved(const Experiment& experiment, const Recipe& recipe, int phase, int lower);

}  // namespace muonscope
