#pragma once

#include "core/linalg/matrix_product.h"
#include "core/model/transformer/transformer_spec.h"

namespace muonscope {

// The hidden units of a block's network: what they make of what enters, and at once the slopes by
// which gradients come back.
template <typename Scalar>
class MlpUnits {
  public:
    using Columns = Eigen::Ref<DenseOf<Scalar>>;

    explicit MlpUnits(MlpKind kind) : kind_(kind) {}

    // result = act(entering), and entering <- d result/d entering. gate: of SwiGLU alone, and
    // likewise; otherwise empty.
    void forward(Columns entering, Columns gate, Columns result) const;

  private:
    void relu_squared(Columns& entering, Columns& result) const;
    void gelu(Columns& entering, Columns& result) const;
    void swiglu(Columns& entering, Columns& gate, Columns& result) const;

    MlpKind kind_;
};

}  // namespace muonscope
