#include "core/measure/tangent_kernel.h"

#include "core/linalg/activation.h"
#include "core/linalg/reductions.h"

#include <algorithm>

namespace muonscope {

TangentKernel::TangentKernel(const std::vector<Matrix>& weights,
                             const std::vector<char>& tanh_after, const Matrix& inputs,
                             std::vector<int> layers) {
    const std::size_t first = layers.empty() ? weights.size() : std::size_t(layers.front() - 1);
    Matrix h = inputs;
    if (h.size() == 0) h = Matrix::Identity(weights.front().cols(), weights.front().cols());
    for (std::size_t l = 0; l < weights.size(); ++l) {
        const Matrix& weight = weights[l];
        Matrix output = weight * h;  // w_l x n
        const bool tanh = tanh_after[l] != 0;
        if (tanh) apply_tanh(output);
        if (l >= first) {
            Layer layer;
            layer.weight = weight;
            layer.chosen = std::find(layers.begin(), layers.end(), int(l) + 1) != layers.end();
            if (tanh) layer.slope = (1.0 - output.array().square()).matrix();
            if (layer.chosen && h.cols() <= h.rows()) layer.gram = h.transpose() * h;
            layer.delta.resize(weight.rows(), h.cols());
            layer.tangent.resize(weight.rows(), h.cols());
            layer.gradient.resize(weight.rows(), weight.cols());
            layer.input = std::move(h);
            layers_.push_back(std::move(layer));
        }
        h = std::move(output);
    }
    outputs_ = std::move(h);
}

void TangentKernel::backward(const Matrix& e) {
    if (layers_.empty()) return;
    layers_.back().delta = e;
    for (std::size_t l = layers_.size() - 1; l > 0; --l) {
        Layer& below = layers_[l - 1];
        below.delta.noalias() = layers_[l].weight.transpose() * layers_[l].delta;
        if (below.slope.size() > 0) below.delta.array() *= below.slope.array();
    }
}

// Forward again with the changes that the gradients make: dZ_l = G_l H_{l-1} + W_l dH_{l-1}.
void TangentKernel::apply(const Matrix& e, Matrix& result) {
    if (layers_.empty()) {
        result.setZero(e.rows(), e.cols());
        return;
    }
    backward(e);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        Layer& layer = layers_[l];
        if (l > 0)
            layer.tangent.noalias() = layer.weight * layers_[l - 1].tangent;
        else
            layer.tangent.setZero();
        if (layer.gram.size() > 0) {
            layer.tangent.noalias() += layer.delta * layer.gram;
        } else if (layer.chosen) {
            layer.gradient.noalias() = layer.delta * layer.input.transpose();
            layer.tangent.noalias() += layer.gradient * layer.input;
        }
        if (layer.slope.size() > 0) layer.tangent.array() *= layer.slope.array();
    }
    result = layers_.back().tangent;
}

double TangentKernel::lambda_eff(const Matrix& e) {
    const double square = sum_of_squares(e);
    if (square == 0) return 0;
    backward(e);
    double sum = 0;
    for (Layer& layer : layers_) {
        if (!layer.chosen) continue;
        layer.gradient.noalias() = layer.delta * layer.input.transpose();
        sum += sum_of_squares(layer.gradient);
    }
    return sum / square;
}

}  // namespace muonscope
