#pragma once

#include "core/base/types.h"

// What neighbouring layers keep while they learn. lower: W_l, h x in; upper: W_(l+1), out x h.
namespace muonscope {

// The difference A - B of what the upper layer makes of a space and the lower one puts there:
// h x h, symmetric, zero where the two are balanced.
struct Balance {
    Matrix difference;
    double scale = 0;  // |A|_F + |B|_F
};

// A = W_(l+1)^T W_(l+1), B = W_l W_l^T: gradient flow leaves A - B as it is, in any linear net and
// from any start (Arora, Cohen, Hazan 2018); steps of descent move it by the square of their
// length.
Balance gram_balance(const Matrix& lower, const Matrix& upper);

// A = V S V^T of W_(l+1) = U S V^T, B = U S U^T of W_l: the positive semidefinite roots of the two
// Grams. Muon with the exact polar factor and steps of one length leaves A - B as it is where the
// layers are aligned, for it moves all singular values alike (arXiv 2606.30509). Not finite where a
// layer is not.
Balance root_balance(const Matrix& lower, const Matrix& upper);

// How far the difference has come from its own at the start: |D - D_0|_F over the scale there is
// now. 0: kept; about 1: hardly anything of what there is was fixed by the start. Where all is
// zero, 0.
double drift(const Balance& now, const Balance& at_start);

}  // namespace muonscope
