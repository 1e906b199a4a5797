#pragma once

#include "core/base/types.h"
#include "core/linalg/spectrum.h"

namespace muonscope {

// How far a step D, what is added to the weights, moves each singular direction of the gradient
// G = U S V^T. All vectors have one number a direction, r = min(rows, cols), largest s first.
struct StepAlong {
    Vector s;      // of G
    Vector moved;  // -u_i^T D v_i: above 0 downhill; plain descent has lr s_i, exact Muon lr
    // moved_i^2/|D|^2: which part of the step's square is along this direction. They sum to
    // `along`; the rest, 1 - along, mixes directions, as momentum and entrywise rules do.
    Vector share;
    double along = 0;
    double descent = 0;  // sum s_i moved_i = -<G, D>: what the loss falls by to first order
};
// Zero steps have shares of 0. Where the gradient or the step is not finite, so are the numbers.
StepAlong step_along(const ThinSvd& gradient, const Matrix& step);

}  // namespace muonscope
