#pragma once

#include <memory>

#include "core/model/model.h"
#include "core/model/transformer/transformer_spec.h"

namespace muonscope {

// Columns of sequences as a batch in which nothing is asked; empty: every token alone, in its
// order.
TokenBatch unasked(const Matrix& sequences, int vocabulary);

// The transformer as a model: X is context x n, a column a sequence and its numbers tokens; Y is
// context x n, what is to come after each, -1 where nothing is asked. The loss is always the mean
// cross-entropy of what is asked, whatever the regression says, and the relative error |P - Y|/|Y|
// of the probabilities against the one-hot tokens.
//
// Activations are streams: one column a position, sequence after sequence: what enters the first
// block, what leaves each, and the logits. X empty: every token alone, in its order.
class Transformer final : public Model {
  public:
    explicit Transformer(const TransformerSpec& spec);

    const TransformerSpec& spec() const { return spec_; }

    // One column a token has no meaning as a map: what a token says depends on those before it.
    bool has_response() const override { return false; }
    std::vector<std::string> activations() const override;
    Matrix activation(const std::vector<Matrix>& weights, int index,
                      const Matrix& inputs) const override;
    // Of the embedding and the positions: one-hot columns.
    std::vector<Matrix> matrix_inputs(const std::vector<Matrix>& weights,
                                      const Matrix& inputs) const override;
    // Throws Error where the data are no tokens of this vocabulary.
    Cloned<Backpropagation> backpropagation(
        std::shared_ptr<const Regression> regression) const override;

  private:
    TransformerSpec spec_;
};

}  // namespace muonscope
