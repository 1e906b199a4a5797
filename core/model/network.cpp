#include "core/model/network.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/reductions.h"
#include "core/model/activation.h"
#include "core/progress.h"

namespace muonscope {

namespace {

std::size_t index_of(int layer) {
    return static_cast<std::size_t>(layer - 1);
}

}  // namespace

Backpropagation::Backpropagation(std::shared_ptr<const Problem> problem)
    : problem_(std::move(problem)) {
    const Problem& p = *problem_;
    whitened_ = p.inputs.size() == 0;
    samples_ = whitened_ ? p.target.cols() : p.inputs.cols();
    columns_ = samples_;
    labels_square_ = sum_of_squares(p.labels);
    batch_labels_square_ = labels_square_;
    const std::size_t depth = p.start.size();
    Eigen::Index widest = 0;
    for (std::size_t l = 0; l < depth; ++l) {
        const Eigen::Index width = p.widths[l + 1];
        widest = std::max(widest, width);
        if (l + 1 < depth) activations_.emplace_back(width, samples_);
        deltas_.emplace_back(width, samples_);
        gradients_.emplace_back(Matrix::Zero(width, p.widths[l]));
    }
    forward_.resize(widest, samples_);
    forward_next_.resize(widest, samples_);
}

bool Backpropagation::tanh_after(int layer) const {
    return has_tanh(problem_->experiment.network, layer);
}

bool Backpropagation::passes_through(int layer) const {
    return layer == 1 && whitened_ && !tanh_after(1);
}

double Backpropagation::loss_scale(Eigen::Index columns) const {
    const double n = whitened_ ? 1.0 : static_cast<double>(samples_);
    const double b = whitened_ ? 1.0 : static_cast<double>(columns);
    switch (problem_->experiment.loss) {
        case LossKind::half:
            break;
        case LossKind::relative:
            return 2.0 * n / (b * labels_square_);
        case LossKind::mean:
            return 1.0 / static_cast<double>(columns * problem_->labels.rows());
    }
    return 1.0 / b;
}

void Backpropagation::use_columns(const std::vector<int>& columns) {
    if (whitened_) return;
    minibatch_ = true;
    columns_ = static_cast<Eigen::Index>(columns.size());
    if (batch_inputs_.size() == 0) {
        batch_inputs_.resize(problem_->inputs.rows(), samples_);
        batch_labels_.resize(problem_->labels.rows(), samples_);
    }
    for (Eigen::Index j = 0; j < columns_; ++j) {
        const int column = columns[static_cast<std::size_t>(j)];
        batch_inputs_.col(j) = problem_->inputs.col(column);
        batch_labels_.col(j) = problem_->labels.col(column);
    }
    batch_labels_square_ = sum_of_squares(batch_labels_.leftCols(columns_));
}

// Equal bits give equal activations, so a copy to compare with is all the cache needs: nobody has
// to be told that a layer changed.
void Backpropagation::remember_frozen(const std::vector<Matrix>& weights, int frozen) {
    if (static_cast<int>(frozen_.size()) != frozen)
        frozen_.resize(static_cast<std::size_t>(frozen));
    for (std::size_t l = 0; l < frozen_.size(); ++l) frozen_[l] = weights[l];
}

double Backpropagation::gradients(const std::vector<Matrix>& weights,
                                  const std::vector<int>& layers) {
    const int depth = static_cast<int>(weights.size());
    const int first = layers.empty() ? depth + 1 : layers.front();
    const Matrix& inputs = minibatch_ ? batch_inputs_ : problem_->inputs;
    const Matrix& labels = minibatch_ ? batch_labels_ : problem_->labels;

    // H_l as stored, or what it is without being stored.
    const auto input_of = [&](int layer) {
        const Matrix& matrix = layer == 1                  ? inputs
                               : passes_through(layer - 1) ? weights.front()
                                                           : activations_[index_of(layer - 1)];
        return matrix.leftCols(columns_);
    };

    // Frozen layers below the first trained one: a minibatch or a single whitened layer leaves
    // nothing to keep.
    const int frozen = std::min(first - 1, depth - 1);
    const bool cacheable = !minibatch_ && frozen > (passes_through(1) ? 1 : 0);
    int done = 0;
    if (cacheable && static_cast<int>(frozen_.size()) == frozen &&
        std::equal(frozen_.begin(), frozen_.end(), weights.begin()))
        done = frozen;
    else if (cacheable)
        remember_frozen(weights, frozen);
    else
        frozen_.clear();

    for (int l = done + 1; l < depth; ++l) {
        if (passes_through(l)) continue;
        work_point();
        auto output = activations_[index_of(l)].leftCols(columns_);
        if (l == 1 && whitened_)
            output = weights.front();
        else
            product_.multiply(weights[index_of(l)], input_of(l), output);
        if (tanh_after(l)) apply_tanh(output);
    }

    auto residual = deltas_.back().leftCols(columns_);
    if (depth == 1 && whitened_) {
        residual = weights.front() - labels;
    } else {
        product_.combine(1, weights.back(), input_of(depth), -1, labels.leftCols(columns_),
                         residual);
    }
    const double square = sum_of_squares(residual);
    relative_error_ = std::sqrt(square / batch_labels_square_);
    const double scale = loss_scale(columns_);
    if (scale != 1.0) residual *= scale;

    auto trained = layers.rbegin();
    for (int l = depth; l >= first; --l) {
        work_point();
        const auto delta = deltas_[index_of(l)].leftCols(columns_);
        if (trained != layers.rend() && *trained == l) {
            ++trained;
            // With X = I the delta of the first layer is its gradient, where it stands.
            if (l > 1 || !whitened_)
                product_.multiply(delta, input_of(l).transpose(), gradients_[index_of(l)]);
        }
        if (l == first) break;
        auto below = deltas_[index_of(l - 1)].leftCols(columns_);
        product_.multiply(weights[index_of(l)].transpose(), delta, below);
        if (tanh_after(l - 1)) below.array() *= 1.0 - input_of(l).array().square();
    }
    return 0.5 * scale * square;
}

const Matrix& Backpropagation::gradient(int layer) const {
    return layer == 1 && whitened_ ? deltas_.front() : gradients_[index_of(layer)];
}

Backpropagation::Errors Backpropagation::errors(const std::vector<Matrix>& weights) {
    const int depth = static_cast<int>(weights.size());
    const Matrix& labels = problem_->labels;
    if (whole_residual_.size() == 0) whole_residual_.resize(labels.rows(), samples_);

    // The same operations in the same order as in gradients(), so that both say the same.
    for (int l = 1; l < depth; ++l) {
        work_point();
        const Matrix& weight = weights[index_of(l)];
        auto output = forward_next_.topRows(weight.rows());
        if (l == 1 && whitened_)
            output = weight;
        else if (l == 1)
            product_.multiply(weight, problem_->inputs, output);
        else
            product_.multiply(weight, forward_.topRows(weight.cols()), output);
        if (tanh_after(l)) apply_tanh(output);
        forward_.swap(forward_next_);
    }
    const Matrix& last = weights.back();
    if (depth == 1 && whitened_)
        whole_residual_ = last - labels;
    else if (depth == 1)
        product_.combine(1, last, problem_->inputs, -1, labels, whole_residual_);
    else
        product_.combine(1, last, forward_.topRows(last.cols()), -1, labels, whole_residual_);
    const double square = sum_of_squares(whole_residual_);
    return {0.5 * loss_scale(samples_) * square, std::sqrt(square / labels_square_)};
}

Matrix representation(const std::vector<Matrix>& weights, int layer, const Matrix& inputs,
                      const NetworkSpec& network) {
    Matrix h;
    for (int l = 1; l <= layer; ++l) {
        work_point();
        const Matrix& weight = weights[index_of(l)];
        if (l > 1)
            h = weight * h;
        else if (inputs.size() == 0)
            h = weight;
        else
            h = weight * inputs;
        if (has_tanh(network, l)) apply_tanh(h);
    }
    return h;
}

Matrix product(const std::vector<Matrix>& weights, const NetworkSpec& network) {
    return representation(weights, static_cast<int>(weights.size()), Matrix(), network);
}

}  // namespace muonscope
