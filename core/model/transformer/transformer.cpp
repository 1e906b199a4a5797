#include "core/model/transformer/transformer.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/model/transformer/transformer_pass.h"

namespace muonscope {

namespace {

// Columns of X and Y as a batch, into memory that is there. Y empty: nothing is asked.
void set_batch(const Matrix& inputs, const Matrix& labels, const std::vector<int>& columns,
               TokenBatch& batch) {
    batch.sequences = static_cast<int>(columns.size());
    batch.length = static_cast<int>(inputs.rows());
    batch.tokens.clear();
    batch.targets.clear();
    batch.weights.clear();
    for (const int column : columns)
        for (Eigen::Index i = 0; i < inputs.rows(); ++i) {
            const double asked = labels.size() == 0 ? -1 : labels(i, column);
            batch.tokens.push_back(static_cast<int>(inputs(i, column)));
            batch.targets.push_back(asked < 0 ? 0 : static_cast<int>(asked));
            batch.weights.push_back(asked < 0 ? 0 : 1);
        }
}

std::vector<int> all_columns(Eigen::Index count) {
    std::vector<int> columns(static_cast<std::size_t>(count));
    std::iota(columns.begin(), columns.end(), 0);
    return columns;
}

Matrix one_hot(Eigen::Index rows, const std::vector<int>& places) {
    Matrix columns = Matrix::Zero(rows, static_cast<Eigen::Index>(places.size()));
    for (std::size_t j = 0; j < places.size(); ++j)
        columns(places[j], static_cast<Eigen::Index>(j)) = 1;
    return columns;
}

void check_data(const Regression& data) {
    if (data.whitened() || data.inputs.rows() != data.labels.rows() ||
        data.inputs.cols() != data.labels.cols())
        throw Error("transformer", "data that are no tokens", "give a target for each token");
}

// Every number is a token, of which the pass says whether the vocabulary has it.
template <typename Scalar>
class TransformerBackpropagation final : public Backpropagation {
  public:
    TransformerBackpropagation(const TransformerSpec& spec,
                               std::shared_ptr<const Regression> regression)
        : regression_((check_data(*regression), std::move(regression))), pass_(spec) {
        for (const MatrixInfo& matrix : pass_.matrices().list) {
            weights_.emplace_back(matrix.rows, matrix.cols);
            gradients_.emplace_back(Matrix::Zero(matrix.rows, matrix.cols));
        }
        set_batch(regression_->inputs, regression_->labels, all_columns(regression_->inputs.cols()),
                  batch_);
        whole_ = batch_;
    }

    std::unique_ptr<Backpropagation> clone() const override {
        return std::make_unique<TransformerBackpropagation>(*this);
    }

    void use_columns(const Columns& columns) override {
        set_batch(regression_->inputs, regression_->labels, columns.which, batch_);
    }
    void use_tokens(const TokenBatch& tokens) override { batch_ = tokens; }

    double gradients(const std::vector<Matrix>& weights, const std::vector<int>& trained) override {
        take(weights);
        const double loss = pass_.forward(weights_, batch_);
        relative_error_ = newest_error();
        pass_.backward(weights_, batch_, trained);
        for (const int index : trained)
            gradients_[index_of(index)] = pass_.gradient(index).template cast<double>();
        return loss;
    }
    const Matrix& gradient(int index) const override { return gradients_[index_of(index)]; }

    Errors errors(const std::vector<Matrix>& weights) override {
        take(weights);
        const double loss = pass_.forward(weights_, whole_);
        return {loss, newest_error()};
    }
    double relative_error() const override { return relative_error_; }

  private:
    void take(const std::vector<Matrix>& weights) {
        for (std::size_t i = 0; i < weights.size(); ++i) weights_[i] = weights[i].cast<Scalar>();
    }
    double newest_error() const {
        const CountedTokens& counted = pass_.counted();
        if (counted.positions.empty()) return 0;
        return std::sqrt(counted.square_error / static_cast<double>(counted.positions.size()));
    }

    std::shared_ptr<const Regression> regression_;
    TransformerPass<Scalar> pass_;
    std::vector<DenseOf<Scalar>> weights_;
    std::vector<Matrix> gradients_;
    TokenBatch batch_, whole_;
    double relative_error_ = 0;
};

}  // namespace

TokenBatch unasked(const Matrix& sequences, int vocabulary) {
    TokenBatch batch;
    if (sequences.size() > 0) {
        set_batch(sequences, {}, all_columns(sequences.cols()), batch);
        return batch;
    }
    const Matrix alone = Matrix::NullaryExpr(
        1, vocabulary, [](Eigen::Index, Eigen::Index token) { return static_cast<double>(token); });
    set_batch(alone, {}, all_columns(vocabulary), batch);
    return batch;
}

Transformer::Transformer(const TransformerSpec& spec)
    : Model((check_transformer(spec), TransformerMatrices(spec).list), spec.context,
            spec.vocabulary),
      spec_(spec) {}

std::vector<std::string> Transformer::activations() const {
    std::vector<std::string> names{"stream into block 1"};
    for (int block = 1; block <= spec_.blocks; ++block)
        names.push_back("output of block " + std::to_string(block));
    names.push_back("logits");
    return names;
}

Matrix Transformer::activation(const std::vector<Matrix>& weights, int index,
                               const Matrix& inputs) const {
    TransformerPass<double> pass(spec_);
    pass.forward(weights, unasked(inputs, spec_.vocabulary));
    return index <= spec_.blocks + 1 ? Matrix(pass.stream(index - 1)) : pass.logits(weights);
}

std::vector<Matrix> Transformer::matrix_inputs(const std::vector<Matrix>& weights,
                                               const Matrix& inputs) const {
    TransformerPass<double> pass(spec_);
    const TokenBatch batch = unasked(inputs, spec_.vocabulary);
    pass.forward(weights, batch);
    std::vector<Matrix> entering;
    for (const MatrixInfo& matrix : matrices()) {
        const int index = static_cast<int>(entering.size()) + 1;
        if (matrix.kind == MatrixKind::embedding) {
            entering.push_back(one_hot(spec_.vocabulary, batch.tokens));
        } else if (matrix.kind == MatrixKind::positions) {
            std::vector<int> places(batch.positions());
            for (std::size_t i = 0; i < places.size(); ++i)
                places[i] = static_cast<int>(i % std::size_t(batch.length));
            entering.push_back(one_hot(spec_.context, places));
        } else {
            entering.push_back(pass.input_of(index));
        }
    }
    return entering;
}

Cloned<Backpropagation> Transformer::backpropagation(
    std::shared_ptr<const Regression> regression) const {
    if (spec_.precision == PassNumber::float32)
        return Cloned<Backpropagation>(
            std::make_unique<TransformerBackpropagation<float>>(spec_, std::move(regression)));
    return Cloned<Backpropagation>(
        std::make_unique<TransformerBackpropagation<double>>(spec_, std::move(regression)));
}

}  // namespace muonscope
