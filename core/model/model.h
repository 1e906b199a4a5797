#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cloned.h"
#include "core/base/types.h"
#include "core/model/regression.h"
#include "core/model/token_batch.h"

// A model is a value of its own: named matrices with shapes and kinds, what they make of inputs,
// and their gradients. Whoever trains, measures, hashes or writes one asks it for its matrices and
// never counts layers. They are numbered from 1, as people do.
namespace muonscope {

// What a matrix does in its model, on which it depends whether its singular values matter: in a
// chain the first three, in a transformer the others.
enum class MatrixKind {
    input,
    hidden,
    output,
    embedding,
    positions,
    query,
    key,
    value,
    attention_output,
    mlp_in,
    mlp_gate,
    mlp_out,
    head,
};

struct MatrixInfo {
    std::string name;  // as on screen: "layer 2"
    std::string slug;  // in column names and paths: "layer_2"
    MatrixKind kind = MatrixKind::hidden;
    Eigen::Index rows = 0, cols = 0;  // out x in
    int block = 0;                    // of a transformer, from 1; 0: in none

    Eigen::Index rank() const { return rows < cols ? rows : cols; }
};

// Gradients of one regression, with memory of their own that is taken once.
class Backpropagation {
  public:
    struct Errors {
        double loss = 0;
        double relative_error = 0;  // |F - Y|/|Y|; of a cross-entropy none (NaN)
    };

    virtual ~Backpropagation() = default;
    virtual std::unique_ptr<Backpropagation> clone() const = 0;

    // At most as many as the data have; call before gradients(). Whitened or full batch: not
    // needed.
    virtual void use_columns(const Columns& columns) = 0;
    // Of a model of tokens: these in place of the regression's, for the gradients to come. Others
    // have no use for them.
    virtual void use_tokens(const TokenBatch&) {}

    // Fills gradient(i) for every i in `trained` (1-based, ascending) and returns the loss. Does
    // only the work that those need. No allocation after the first call.
    virtual double gradients(const std::vector<Matrix>& weights,
                             const std::vector<int>& trained) = 0;
    virtual const Matrix& gradient(int index) const = 0;

    // Of all data, without gradients; the same bits as gradients() on all data.
    virtual Errors errors(const std::vector<Matrix>& weights) = 0;
    // Of the newest gradients() call: |F - Y|/|Y| on its columns, as they count; of a
    // cross-entropy none (NaN).
    virtual double relative_error() const = 0;
};

// Where what belongs to matrix `number` stands in a list.
constexpr std::size_t index_of(int number) {
    return number - 1;
}

class Model {
  public:
    virtual ~Model() = default;

    const std::vector<MatrixInfo>& matrices() const { return matrices_; }
    Eigen::Index inputs() const { return inputs_; }
    Eigen::Index outputs() const { return outputs_; }

    // Whether what it makes of inputs is a map with singular values of its own: response().
    virtual bool has_response() const { return true; }
    // The activations on the way from inputs to outputs, by name, the outputs last.
    virtual std::vector<std::string> activations() const = 0;
    // Number `index` of them (1-based) on X, in x n; X = I when empty.
    virtual Matrix activation(const std::vector<Matrix>& weights, int index,
                              const Matrix& inputs) const = 0;
    // What each matrix multiplies on the way of X, in x n; X = I, and empty for the first that
    // multiplies it, when empty.
    virtual std::vector<Matrix> matrix_inputs(const std::vector<Matrix>& weights,
                                              const Matrix& inputs) const = 0;
    // The response to unit vectors, out x in: of a linear model the map itself.
    Matrix response(const std::vector<Matrix>& weights) const {
        return activation(weights, static_cast<int>(activations().size()), Matrix());
    }

    virtual Cloned<Backpropagation> backpropagation(
        std::shared_ptr<const Regression> regression) const = 0;

  protected:
    Model(std::vector<MatrixInfo> matrices, Eigen::Index inputs, Eigen::Index outputs)
        : matrices_(std::move(matrices)), inputs_(inputs), outputs_(outputs) {}
    Model(const Model&) = default;
    Model& operator=(const Model&) = default;

  private:
    std::vector<MatrixInfo> matrices_;
    Eigen::Index inputs_ = 0, outputs_ = 0;
};

}  // namespace muonscope
