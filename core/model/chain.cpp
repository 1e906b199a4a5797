#include "core/model/chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/base/progress.h"
#include "core/linalg/activation.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"
#include "core/model/cross_entropy.h"

namespace muonscope {

namespace {

constexpr double no_error = std::numeric_limits<double>::quiet_NaN();

// The sum of weight_j |column j|^2.
double weighted_square(const Eigen::Ref<const Matrix>& matrix, const double* weights) {
    double square = 0;
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
        square += weights[j] * sum_of_squares(matrix.col(j));
    return square;
}

// For the linear whitened net G_l = (W_L..W_{l+1})^T (P - A) (W_{l-1}..W_1)^T. On a minibatch of b
// columns: n = b, and |Y|^2 of all data times b/n, so that the mean over minibatches is the
// gradient of the whole. The frozen layers below the first trained one run forward again only when
// they changed.
class ChainBackpropagation final : public Backpropagation {
  public:
    ChainBackpropagation(const NetworkSpec& network, std::shared_ptr<const Regression> regression);

    std::unique_ptr<Backpropagation> clone() const override {
        return std::make_unique<ChainBackpropagation>(*this);
    }
    void use_columns(const Columns& columns) override;
    double gradients(const std::vector<Matrix>& weights, const std::vector<int>& layers) override;
    const Matrix& gradient(int layer) const override;
    Errors errors(const std::vector<Matrix>& weights) override;
    double relative_error() const override { return relative_error_; }

  private:
    bool tanh_after(int layer) const { return tanh_after_[index_of(layer)] != 0; }
    bool passes_through(int layer) const;  // W_1 on X = I without tanh: H_1 is W_1 itself
    void remember_frozen(const std::vector<Matrix>& weights, int frozen);
    // 1/2 |E|^2 times this is the loss; E times this the gradient with respect to H_L. Where
    // columns count by weights, both are weighted.
    double loss_scale(Eigen::Index columns) const;
    bool is_weighted() const { return regression_->weights.size() > 0; }
    double square(const Eigen::Ref<const Matrix>& matrix, const Vector& weights) const;
    // W_L H_{L-1}, less the labels where the loss is of the difference.
    void last_product(const Matrix& last, const Factor<double>& entering,
                      const Eigen::Ref<const Matrix>& labels, Eigen::Ref<Matrix> result);
    // The same of one layer on X = I, which nobody stores.
    void last_alone(const Matrix& last, const Matrix& labels, Eigen::Ref<Matrix> result) const;
    double descend(Eigen::Ref<Matrix> residual);
    double descend_cross_entropy(Eigen::Ref<Matrix> outputs);

    std::shared_ptr<const Regression> regression_;
    std::vector<char> tanh_after_;  // by layer
    bool whitened_ = true, minibatch_ = false;
    Eigen::Index samples_ = 0, columns_ = 0;  // of all data, of this batch
    double labels_square_ = 0, batch_labels_square_ = 0;
    std::vector<Matrix> activations_;  // H_1 ... H_{L-1}: width x samples
    std::vector<Matrix> deltas_;       // d loss / d (W_l H_{l-1}): width x samples
    std::vector<Matrix> gradients_;
    Matrix batch_inputs_, batch_labels_;
    // How columns count: of all data and of this batch. Empty where all do alike.
    Vector all_weights_, batch_weights_;
    std::vector<int> batch_classes_;
    std::optional<CrossEntropy> cross_entropy_;
    std::vector<Matrix> frozen_;  // the layers that activations_ were last computed with
    Matrix forward_, forward_next_, whole_residual_;  // of errors()
    MatrixProduct<double> product_;
    double relative_error_ = 0;
};

ChainBackpropagation::ChainBackpropagation(const NetworkSpec& network,
                                           std::shared_ptr<const Regression> regression)
    : regression_(std::move(regression)) {
    whitened_ = regression_->whitened();
    samples_ = regression_->labels.cols();
    columns_ = samples_;
    const bool entropy = regression_->loss == LossKind::cross_entropy;
    all_weights_ = regression_->weights;
    if (entropy && !is_weighted())
        all_weights_ = Vector::Constant(samples_, 1.0 / static_cast<double>(samples_));
    batch_weights_ = all_weights_;
    batch_classes_ = regression_->classes;
    if (entropy) cross_entropy_.emplace(regression_->readout, regression_->labels.rows(), samples_);
    labels_square_ = square(regression_->labels, all_weights_);
    batch_labels_square_ = labels_square_;
    const std::vector<int> widths = layer_widths(network);
    const std::size_t depth = widths.size() - 1;
    Eigen::Index widest = 0;
    for (std::size_t l = 0; l < depth; ++l) {
        const Eigen::Index width = widths[l + 1];
        widest = std::max(widest, width);
        tanh_after_.push_back(has_tanh(network, static_cast<int>(l) + 1) ? 1 : 0);
        if (l + 1 < depth) activations_.emplace_back(width, samples_);
        deltas_.emplace_back(width, samples_);
        gradients_.emplace_back(Matrix::Zero(width, widths[l]));
    }
    // Batches of weighted columns are of many sizes: room for all of them.
    if (is_weighted()) {
        const Eigen::Index most = std::max({widest, samples_, regression_->inputs.rows()});
        product_ = MatrixProduct<double>(most, most);
    }
    forward_.resize(widest, samples_);
    forward_next_.resize(widest, samples_);
}

bool ChainBackpropagation::passes_through(int layer) const {
    return layer == 1 && whitened_ && !tanh_after(1);
}

double ChainBackpropagation::square(const Eigen::Ref<const Matrix>& matrix,
                                    const Vector& weights) const {
    return is_weighted() ? weighted_square(matrix, weights.data())
                         : sum_of_squares(matrix.leftCols(matrix.cols()));
}

double ChainBackpropagation::loss_scale(Eigen::Index columns) const {
    if (is_weighted()) {
        if (regression_->loss == LossKind::relative) return 2.0 / labels_square_;
        return regression_->loss == LossKind::mean
                   ? 1.0 / static_cast<double>(regression_->labels.rows())
                   : 1.0;
    }
    const double n = whitened_ ? 1.0 : static_cast<double>(samples_);
    const double b = whitened_ ? 1.0 : static_cast<double>(columns);
    switch (regression_->loss) {
        case LossKind::half:
        case LossKind::cross_entropy:
            break;
        case LossKind::relative:
            return 2.0 * n / (b * labels_square_);
        case LossKind::mean:
            return 1.0 / static_cast<double>(columns * regression_->labels.rows());
    }
    return 1.0 / b;
}

void ChainBackpropagation::use_columns(const Columns& columns) {
    if (whitened_) return;
    minibatch_ = true;
    columns_ = static_cast<Eigen::Index>(columns.which.size());
    if (batch_inputs_.size() == 0) {
        batch_inputs_.resize(regression_->inputs.rows(), samples_);
        batch_labels_.resize(regression_->labels.rows(), samples_);
    }
    for (Eigen::Index j = 0; j < columns_; ++j) {
        const int column = columns.which[j];
        batch_inputs_.col(j) = regression_->inputs.col(column);
        batch_labels_.col(j) = regression_->labels.col(column);
        if (cross_entropy_) batch_classes_[j] = regression_->classes[column];
        if (batch_weights_.size() > 0)
            batch_weights_(j) =
                columns.weights.empty() ? 1.0 / static_cast<double>(columns_) : columns.weights[j];
    }
    batch_labels_square_ = square(batch_labels_.leftCols(columns_), batch_weights_);
}

// The loss of a residual E, which becomes d loss / dE.
double ChainBackpropagation::descend(Eigen::Ref<Matrix> residual) {
    const double sum = square(residual, batch_weights_);
    relative_error_ = std::sqrt(sum / batch_labels_square_);
    const double scale = loss_scale(columns_);
    if (is_weighted())
        for (Eigen::Index j = 0; j < columns_; ++j) residual.col(j) *= scale * batch_weights_(j);
    else if (scale != 1.0)
        residual *= scale;
    return 0.5 * scale * sum;
}

// The same of outputs F.
double ChainBackpropagation::descend_cross_entropy(Eigen::Ref<Matrix> outputs) {
    relative_error_ = no_error;
    cross_entropy_->evaluate(outputs, batch_classes_.data());
    const double loss = dot(cross_entropy_->losses(), batch_weights_.head(columns_));
    cross_entropy_->gradient(batch_classes_.data(), batch_weights_.data(), outputs);
    return loss;
}

// Equal bits give equal activations, so a copy to compare with is all the cache needs: nobody has
// to be told that a layer changed.
void ChainBackpropagation::remember_frozen(const std::vector<Matrix>& weights, int frozen) {
    if (static_cast<int>(frozen_.size()) != frozen) frozen_.resize(frozen);
    for (std::size_t l = 0; l < frozen_.size(); ++l) frozen_[l] = weights[l];
}

void ChainBackpropagation::last_product(const Matrix& last, const Factor<double>& entering,
                                        const Eigen::Ref<const Matrix>& labels,
                                        Eigen::Ref<Matrix> result) {
    if (cross_entropy_)
        product_.multiply(last, entering, result);
    else
        product_.combine(1, last, entering, -1, labels, result);
}

void ChainBackpropagation::last_alone(const Matrix& last, const Matrix& labels,
                                      Eigen::Ref<Matrix> result) const {
    result = last;
    if (!cross_entropy_) result -= labels;
}

double ChainBackpropagation::gradients(const std::vector<Matrix>& weights,
                                       const std::vector<int>& layers) {
    const int depth = static_cast<int>(weights.size());
    const int first = layers.empty() ? depth + 1 : layers.front();
    const Matrix& inputs = minibatch_ ? batch_inputs_ : regression_->inputs;
    const Matrix& labels = minibatch_ ? batch_labels_ : regression_->labels;

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
    if (depth == 1 && whitened_)
        last_alone(weights.front(), labels, residual);
    else
        last_product(weights.back(), input_of(depth), labels.leftCols(columns_), residual);
    const double loss = cross_entropy_ ? descend_cross_entropy(residual) : descend(residual);

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
    return loss;
}

const Matrix& ChainBackpropagation::gradient(int layer) const {
    return layer == 1 && whitened_ ? deltas_.front() : gradients_[index_of(layer)];
}

Backpropagation::Errors ChainBackpropagation::errors(const std::vector<Matrix>& weights) {
    const int depth = static_cast<int>(weights.size());
    const Matrix& labels = regression_->labels;
    if (whole_residual_.size() == 0) whole_residual_.resize(labels.rows(), samples_);

    // The same operations in the same order as in gradients(), so that both say the same.
    for (int l = 1; l < depth; ++l) {
        work_point();
        const Matrix& weight = weights[index_of(l)];
        auto output = forward_next_.topRows(weight.rows());
        if (l == 1 && whitened_)
            output = weight;
        else if (l == 1)
            product_.multiply(weight, regression_->inputs, output);
        else
            product_.multiply(weight, forward_.topRows(weight.cols()), output);
        if (tanh_after(l)) apply_tanh(output);
        forward_.swap(forward_next_);
    }
    const Matrix& last = weights.back();
    if (depth == 1 && whitened_)
        last_alone(last, labels, whole_residual_);
    else if (depth == 1)
        last_product(last, regression_->inputs, labels, whole_residual_);
    else
        last_product(last, forward_.topRows(last.cols()), labels, whole_residual_);
    if (cross_entropy_) {
        cross_entropy_->evaluate(whole_residual_, regression_->classes.data());
        return {dot(cross_entropy_->losses(), all_weights_), no_error};
    }
    const double sum = square(whole_residual_, all_weights_);
    return {0.5 * loss_scale(samples_) * sum, std::sqrt(sum / labels_square_)};
}

std::vector<MatrixInfo> matrices_of(const NetworkSpec& network) {
    const std::vector<int> widths = layer_widths(network);
    std::vector<MatrixInfo> matrices;
    for (std::size_t l = 1; l < widths.size(); ++l) {
        const std::string number = std::to_string(l);
        const MatrixKind kind = l + 1 == widths.size() ? MatrixKind::output
                                : l == 1               ? MatrixKind::input
                                                       : MatrixKind::hidden;
        matrices.push_back({"layer " + number, "layer_" + number, kind, widths[l], widths[l - 1]});
    }
    return matrices;
}

// act(W X), X = I when empty.
Matrix layer_output(const Matrix& weight, const Matrix& inputs, bool tanh) {
    Matrix h = inputs.size() == 0 ? weight : Matrix(weight * inputs);
    if (tanh) apply_tanh(h);
    return h;
}

}  // namespace

Chain::Chain(NetworkSpec network)
    : Model(matrices_of(network), layer_widths(network).front(), layer_widths(network).back()),
      network_(std::move(network)) {}

std::vector<std::string> Chain::activations() const {
    std::vector<std::string> names;
    for (const MatrixInfo& matrix : matrices()) names.push_back("output of " + matrix.name);
    return names;
}

Matrix Chain::activation(const std::vector<Matrix>& weights, int index,
                         const Matrix& inputs) const {
    return representation(weights, index, inputs, network_);
}

std::vector<Matrix> Chain::matrix_inputs(const std::vector<Matrix>& weights,
                                         const Matrix& inputs) const {
    std::vector<Matrix> entering{inputs};
    for (int l = 1; l < static_cast<int>(weights.size()); ++l) {
        work_point();
        const Matrix& h = entering.back();
        entering.push_back(layer_output(weights[index_of(l)], h, has_tanh(network_, l)));
    }
    return entering;
}

Cloned<Backpropagation> Chain::backpropagation(std::shared_ptr<const Regression> regression) const {
    return Cloned<Backpropagation>(
        std::make_unique<ChainBackpropagation>(network_, std::move(regression)));
}

Matrix representation(const std::vector<Matrix>& weights, int layer, const Matrix& inputs,
                      const NetworkSpec& network) {
    Matrix h = inputs;
    for (int l = 1; l <= layer; ++l) {
        work_point();
        h = layer_output(weights[index_of(l)], h, has_tanh(network, l));
    }
    return h;
}

Matrix product(const std::vector<Matrix>& weights, const NetworkSpec& network) {
    return representation(weights, static_cast<int>(weights.size()), Matrix(), network);
}

}  // namespace muonscope
