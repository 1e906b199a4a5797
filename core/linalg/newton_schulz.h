#pragma once

#include <Eigen/Core>
#include <memory>

#include "core/linalg/types.h"

namespace muonscope {

// bfloat16 rounds after every operation and accumulates products in float32, one term after the
// other; tensor_core accumulates them as the GPUs of the published runs do (tensor_core.h).
enum class Precision { float64, float32, bfloat16, tensor_core };

// One iteration acts on every singular value as x -> a x + b x^3 + c x^5.
struct Quintic {
    double a, b, c;
};

// K. Jordan's coefficients: steep at zero, and never converging (fixed points .868 and 1.264).
inline constexpr Quintic jordan_coefficients{3.4445, -4.7750, 2.0315};

// Newton-Schulz orthogonalisation of matrices of one shape: G -> X with X0 = G/(|G|_F + 1e-7) and
// A = X X^T; X <- a X + (b A + c A^2) X, on the transposed matrix when rows > cols.
// All memory is taken in the constructor. A zero matrix gives zero.
class NewtonSchulz {
  public:
    NewtonSchulz(Eigen::Index rows, Eigen::Index cols, Precision precision);
    ~NewtonSchulz();
    NewtonSchulz(const NewtonSchulz&);
    NewtonSchulz& operator=(const NewtonSchulz&);
    NewtonSchulz(NewtonSchulz&&) noexcept;
    NewtonSchulz& operator=(NewtonSchulz&&) noexcept;

    // gradient and result: rows x cols, in double; result must already have that shape.
    void orthogonalise(const Matrix& gradient, int iterations, Quintic coefficients,
                       Matrix& result);

    Precision precision() const { return precision_; }

  private:
    struct Workspace;
    Precision precision_;
    std::unique_ptr<Workspace> workspace_;
};

// The scalar map that `iterations` of Newton-Schulz apply to a singular value x of the prescaled
// matrix.
double newton_schulz_transfer(double x, int iterations, Quintic coefficients);

}  // namespace muonscope
