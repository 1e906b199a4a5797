#pragma once

#include <vector>

#include "core/experiment/problem.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/types.h"

namespace muonscope {

// Forward and backward pass of a deep net on a problem, with memory taken once.
//   H_0 = X (identity when whitened), H_l = act(W_l H_{l-1}), H_L = W_L H_{L-1}
//   half loss 1/2 |H_L - Y|^2 / n; relative loss |H_L - Y|^2 / |Y|^2, the half loss's gradient
//   times 2n/|Y|^2; mean loss |H_L - Y|^2 / (2 n out). For the linear whitened net G_l =
//   (W_L..W_{l+1})^T (P - A) (W_{l-1}..W_1)^T. On a minibatch of b columns: n = b, and |Y|^2 of all
//   data times b/n, so that the mean over minibatches is the gradient of the whole.
class Backpropagation {
  public:
    explicit Backpropagation(std::shared_ptr<const Problem> problem);

    // Columns of a minibatch, at most as many as the data have; call before gradients(). Whitened
    // or full batch: not needed.
    void use_columns(const std::vector<int>& columns);

    // Fills gradient(l) for every l in `layers` (1-based, ascending) and returns the loss. Does
    // only the products that those layers need; the frozen layers below the first of them run
    // forward again only when they changed. No allocation after the first call.
    double gradients(const std::vector<Matrix>& weights, const std::vector<int>& layers);
    const Matrix& gradient(int layer) const;

    // Loss of all data, and |P - A|/|A| (data or tanh: |H_L - Y|/|Y|), without gradients; the same
    // bits as gradients() on all data.
    struct Errors {
        double loss = 0, relative_error = 0;
    };
    Errors errors(const std::vector<Matrix>& weights);
    // Of the newest gradients() call: |H_L - Y|/|Y| on its columns.
    double relative_error() const { return relative_error_; }

  private:
    bool tanh_after(int layer) const;
    bool passes_through(int layer) const;  // W_1 on X = I without tanh: H_1 is W_1 itself
    void remember_frozen(const std::vector<Matrix>& weights, int frozen);
    // 1/2 |E|^2 times this is the loss; E times this the gradient with respect to H_L.
    double loss_scale(Eigen::Index columns) const;

    std::shared_ptr<const Problem> problem_;
    bool whitened_ = true, minibatch_ = false;
    Eigen::Index samples_ = 0, columns_ = 0;  // of all data, of this batch
    double labels_square_ = 0, batch_labels_square_ = 0;
    std::vector<Matrix> activations_;  // H_1 ... H_{L-1}: width x samples
    std::vector<Matrix> deltas_;       // d loss / d (W_l H_{l-1}): width x samples
    std::vector<Matrix> gradients_;
    Matrix batch_inputs_, batch_labels_;
    std::vector<Matrix> frozen_;  // the layers that activations_ were last computed with
    Matrix forward_, forward_next_, whole_residual_;  // of errors()
    MatrixProduct<double> product_;
    double relative_error_ = 0;
};

// The network's map of unit vectors: P = W_L ... W_1 (with tanh: its response to X = I).
Matrix product(const std::vector<Matrix>& weights, const NetworkSpec& network = {});

// The output of layer `layer` (1-based, its activation included) on X, X = I when empty.
Matrix representation(const std::vector<Matrix>& weights, int layer, const Matrix& inputs,
                      const NetworkSpec& network);

}  // namespace muonscope
