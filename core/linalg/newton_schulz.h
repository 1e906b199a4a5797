#pragma once

#include "core/linalg/coefficients.h"
#include "core/linalg/polynomial_iteration.h"
#include "core/linalg/precision.h"
#include "core/linalg/types.h"

namespace muonscope {

// Newton-Schulz with one quintic: G -> X with X0 = G/(|G|_F + 1e-7) and A = X X^T;
// X <- a X + (b A + c A^2) X, on the transposed matrix when rows > cols. All memory is taken in the
// constructor. A zero matrix gives zero.
class NewtonSchulz {
  public:
    NewtonSchulz(Eigen::Index rows, Eigen::Index cols, Precision precision);

    // gradient and result: rows x cols, in double; result must already have that shape.
    void orthogonalise(const Matrix& gradient, int iterations, Quintic coefficients,
                       Matrix& result);

    Precision precision() const { return iteration_.precision(); }

  private:
    PolynomialIteration iteration_;
};

// The scalar map that `iterations` of Newton-Schulz apply to a singular value x of the prescaled
// matrix.
double newton_schulz_transfer(double x, int iterations, Quintic coefficients);

}  // namespace muonscope
