#pragma once

#include <memory>
#include <vector>

#include "core/model/model.h"
#include "core/model/network_spec.h"

namespace muonscope {

// The deep net that is a chain of layers: H_0 = X (identity when whitened), H_l = act(W_l H_{l-1}),
// F = W_L H_{L-1}. Activation l is H_l.
class Chain final : public Model {
  public:
    explicit Chain(NetworkSpec network);

    std::vector<std::string> activations() const override;
    Matrix activation(const std::vector<Matrix>& weights, int index,
                      const Matrix& inputs) const override;
    std::vector<Matrix> matrix_inputs(const std::vector<Matrix>& weights,
                                      const Matrix& inputs) const override;
    Cloned<Backpropagation> backpropagation(
        std::shared_ptr<const Regression> regression) const override;

  private:
    NetworkSpec network_;
};

// The network's map of unit vectors: P = W_L ... W_1 (with tanh: its response to X = I).
Matrix product(const std::vector<Matrix>& weights, const NetworkSpec& network = {});

// The output of layer `layer` (1-based, its activation included) on X, X = I when empty.
Matrix representation(const std::vector<Matrix>& weights, int layer, const Matrix& inputs,
                      const NetworkSpec& network);

}  // namespace muonscope
