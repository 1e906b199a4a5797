#pragma once

#include <vector>

#include "core/experiment/problem.h"
#include "core/linalg/types.h"

namespace muonscope {

// Forward and backward pass of a deep net on a problem, with memory taken once.
//   H_0 = X (identity when whitened), H_l = act(W_l H_{l-1}), H_L = W_L H_{L-1}
//   half loss 1/2 |H_L - Y|^2 / n; relative loss |H_L - Y|^2 / |Y|^2, the half loss's gradient
//   times 2n/|Y|^2. For the linear whitened net G_l = (W_L..W_{l+1})^T (P - A) (W_{l-1}..W_1)^T.
class Backpropagation {
  public:
    explicit Backpropagation(std::shared_ptr<const Problem> problem);

    // Columns of a minibatch; call before gradients(). Whitened or full batch: not needed.
    void use_columns(const std::vector<int>& columns);

    // Fills gradient(l) for every l in `layers` (1-based, ascending) and returns the loss. Does
    // only the products that those layers need. No allocation after the first call.
    double gradients(const std::vector<Matrix>& weights, const std::vector<int>& layers);
    const Matrix& gradient(int layer) const;

    // Loss of all data, and |P - A|/|A| (data or tanh: |H_L - Y|/|Y|), without gradients.
    struct Errors {
        double loss = 0, relative_error = 0;
    };
    Errors errors(const std::vector<Matrix>& weights);
    // Of the newest gradients() call: |H_L - Y|/|Y| on its columns.
    double relative_error() const { return relative_error_; }

  private:
    std::shared_ptr<const Problem> problem_;
    std::vector<Matrix> activations_;  // H_1 ... H_L
    std::vector<Matrix> deltas_;       // d loss / d (W_l H_{l-1})
    std::vector<Matrix> gradients_;
    Matrix batch_inputs_, batch_labels_;
    double relative_error_ = 0;
};

// The network's map of unit vectors: P = W_L ... W_1 (tanh: its response to X = I).
Matrix product(const std::vector<Matrix>& weights);

}  // namespace muonscope
