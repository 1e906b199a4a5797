#pragma once

#include "core/base/types.h"

namespace muonscope {

// Gradient descent on 1/2 |B H - T|^2 over B, known at every step without taking one: the residual
// E = B H - T obeys E_t = E_0 (I - lr H^T H)^t, so along an eigenvector q of H^T H with eigenvalue
// k = s^2 it shrinks by (1 - lr k) a step, and where k = 0 it stays: that part is the least-squares
// floor. q and s are those of H itself, whose square would lose every direction below 1e-8 s_1;
// values up to epsilon max(w, n) s_1 count as zero.
class LinearDescent {
  public:
    // features H: w x n; residual E_0: out x n; lr > 0.
    LinearDescent(const Matrix& features, const Matrix& residual, double lr);

    double square_after(double steps) const;        // |E_t|^2
    double floor_square() const { return floor_; }  // its least value over all heads B
    double critical_rate() const;                   // 2/k_max: from here on it diverges
    bool converges() const { return lr_ < critical_rate(); }
    // Smallest t with |E_t|^2 <= square, to the digits of a double beyond 2^53; NaN when there is
    // none. A descent that does not converge is given up unless it starts there.
    double steps_to(double square) const;

  private:
    double lr_ = 0, floor_ = 0;
    Vector rates_, shares_;  // k > 0, largest first, and |E_0 q|^2
};

}  // namespace muonscope
