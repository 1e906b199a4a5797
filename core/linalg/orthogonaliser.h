#pragma once

#include <memory>

#include "core/base/types.h"
#include "core/linalg/engine.h"

namespace muonscope {

// Every engine behind one interface, for matrices of one shape. Polynomial engines take all memory
// in the constructor. Zero gives zero; a matrix with a NaN or infinity gives a result that is not
// finite. Factorisations (all but the polynomial engines) compute in double or float; with
// bfloat16 and tensor_core they compute in float and round what comes in and goes out.
class Orthogonaliser {
  public:
    Orthogonaliser(Eigen::Index rows, Eigen::Index cols, const OrthogonaliserSpec& spec);
    ~Orthogonaliser();
    Orthogonaliser(const Orthogonaliser&);
    Orthogonaliser& operator=(const Orthogonaliser&);
    Orthogonaliser(Orthogonaliser&&) noexcept;
    Orthogonaliser& operator=(Orthogonaliser&&) noexcept;

    // Takes another spec; allocates only when engine or precision change.
    void reconfigure(const OrthogonaliserSpec& spec);
    const OrthogonaliserSpec& spec() const { return spec_; }

    // gradient and result: rows x cols, in double; result must already have that shape and be
    // another matrix.
    void orthogonalise(const Matrix& gradient, Matrix& result);

  private:
    struct Workspace;
    OrthogonaliserSpec spec_;
    std::unique_ptr<Workspace> workspace_;
};

}  // namespace muonscope
