#pragma once

#include <vector>

#include "core/base/types.h"

namespace muonscope {

// The neural tangent kernel K = J J^T of a net's outputs with respect to some of its layers, at
// weights that stay as they are (Jacot, Gabriel, Hongler 2018). J maps changes of the chosen
// weights to changes of the outputs F, out x n; K maps outputs to outputs, and is never written
// down:
//   G_l = delta_l H_{l-1}^T, the gradient of 1/2 |F - Y|^2 where F - Y = E;   K E = sum_l J_l G_l.
// A step of gradient descent on 1/2 |E|^2 moves the outputs by -lr K E to first order.
class TangentKernel {
  public:
    // weights: all layers, first to last; tanh_after[l]: whether layer l + 1 passes through tanh
    // (the last one: no); inputs: in x n, empty for unit vectors; layers: 1-based, ascending.
    TangentKernel(const std::vector<Matrix>& weights, const std::vector<char>& tanh_after,
                  const Matrix& inputs, std::vector<int> layers);

    const Matrix& outputs() const { return outputs_; }  // F, out x n

    // result <- K e; both out x n. No allocation once result has that shape.
    void apply(const Matrix& e, Matrix& result);

    // e^T K e / e^T e = sum_l |G_l|^2 / |E|^2: how fast gradient descent shrinks this residual.
    // Zero residual: 0.
    double lambda_eff(const Matrix& e);

  private:
    struct Layer {
        Matrix weight;    // w_l x w_{l-1}
        Matrix input;     // H_{l-1}: w_{l-1} x n
        Matrix gram;      // H_{l-1}^T H_{l-1}, where that makes K cheaper; else empty
        Matrix slope;     // tanh' at this layer's output: w_l x n; empty where linear
        Matrix delta;     // w_l x n
        Matrix gradient;  // w_l x w_{l-1}
        Matrix tangent;   // change of this layer's output: w_l x n
        bool chosen = false;
    };
    void backward(const Matrix& e);

    std::vector<Layer> layers_;  // from the first chosen one to the last
    Matrix outputs_;
};

}  // namespace muonscope
