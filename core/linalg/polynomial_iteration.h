#pragma once

#include <Eigen/Core>
#include <memory>
#include <span>

#include "core/base/types.h"
#include "core/linalg/coefficients.h"
#include "core/linalg/precision.h"
#include "core/linalg/prescale.h"

namespace muonscope {

// Newton-Schulz orthogonalisation of matrices of one shape, G -> X:
//   X0 = G prescaled (prescale.h);  A = X X^T;  X <- (a I + b A + c A^2 + d A^3) X
// once for each polynomial, on the transposed matrix when rows > cols. All memory is taken in the
// constructor. A zero matrix gives zero; NaN and infinity pass through.
class PolynomialIteration {
  public:
    PolynomialIteration(Eigen::Index rows, Eigen::Index cols, Precision precision);
    ~PolynomialIteration();
    PolynomialIteration(const PolynomialIteration&);
    PolynomialIteration& operator=(const PolynomialIteration&);
    PolynomialIteration(PolynomialIteration&&) noexcept;
    PolynomialIteration& operator=(PolynomialIteration&&) noexcept;

    // gradient and result: rows x cols, in double; result must already have that shape.
    void orthogonalise(const Matrix& gradient, std::span<const OddPolynomial> polynomials,
                       const Prescale& prescale, Matrix& result);

    Precision precision() const { return precision_; }

  private:
    struct Workspace;
    Precision precision_;
    std::unique_ptr<Workspace> workspace_;
};

// Multiply-adds of one iteration on n x m, n <= m.
double iteration_multiply_adds(const OddPolynomial& polynomial, Eigen::Index n, Eigen::Index m,
                               Precision precision);

}  // namespace muonscope
