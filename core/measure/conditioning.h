#pragma once

#include <vector>

#include "core/base/types.h"

// How stretched a deep linear net makes the problem of one of its layers. The outputs P X as a
// function of W_l alone are linear: d(P X) = (W_L ... W_{l+1}) dW_l (W_{l-1} ... W_1 X), so their
// Jacobian is the Kronecker product of the two factors around W_l, its singular values are all
// products of one of each, and its condition number is the product of theirs. A bad one slows
// gradient descent: along a right singular pair with product s the error shrinks by 1 - rate s^2 a
// step.
namespace muonscope {

// Largest and smallest of a factor's singular values, as many as its narrowest layer lets through:
// those that are zero by shape slow nothing down, for no gradient has a part along them. The
// identity has 1 and 1.
struct SpectrumEnds {
    double largest = 1, smallest = 1;
    double condition() const;
};
SpectrumEnds spectrum_ends(const Matrix& product, Eigen::Index narrowest);

struct LayerJacobian {
    SpectrumEnds below;  // W_{l-1} ... W_1 X
    SpectrumEnds above;  // W_L ... W_{l+1}

    double largest() const { return below.largest * above.largest; }
    double smallest() const { return below.smallest * above.smallest; }
    double condition() const { return below.condition() * above.condition(); }

    // Gradient descent on 1/2 |P X - Y|^2 over W_l, the others fixed: the factor by which the part
    // of the error that it can remove shrinks a step once only the slowest direction is left,
    // max |1 - rate s^2|. Above 1: it grows.
    double ratio(double rate) const;
    double best_rate() const;   // 2/(s_1^2 + s_n^2)
    double best_ratio() const;  // (kappa^2 - 1)/(kappa^2 + 1)
};

struct Conditioning {
    std::vector<double> layers;            // kappa of W_1 ... W_L
    double product = 1;                    // kappa of P = W_L ... W_1
    std::vector<LayerJacobian> jacobians;  // with respect to W_1 ... W_L
};

// weights: W_l out x in, first layer first; inputs: X in x n, empty for X = I. A singular matrix
// has condition infinity, one that is not finite NaN.
Conditioning conditioning(const std::vector<Matrix>& weights, const Matrix& inputs);

}  // namespace muonscope
