#pragma once

#include "core/base/types.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {

// By how much of itself W shrinks in a step at learning rate `rate`, decoupled from the gradient:
// rate and cautious: rate lambda; rate_squared: rate^2 lambda/lr, which is the same at the full
// rate and holds |W| while a schedule lowers it (arXiv 2512.08217); none and coupled: 0.
double shrinkage(const OptimizerSpec& spec, double rate);

// update += the decay of W: -shrinkage W, cautious only in entries where the update shrinks W as
// it is (sign(update) = -sign(W)).
void add_decay(const OptimizerSpec& spec, double rate, const Matrix& weight, Matrix& update);

// What the update does to |W|: its part along W (signed) and the length of the rest.
struct UpdateParts {
    double along = 0, across = 0;
};
UpdateParts split_update(const Matrix& weight, const Matrix& update);

// Puts W + update to the length |W| + (the update's part along W), so that the part across W only
// turns it. A zero W, or a length that would be negative, is left alone.
void keep_across_from_growing(const Matrix& weight, Matrix& update);

}  // namespace muonscope
