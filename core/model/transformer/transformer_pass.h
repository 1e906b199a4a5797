#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/linalg/matrix_product.h"
#include "core/model/token_batch.h"
#include "core/model/transformer/causal_attention.h"
#include "core/model/transformer/mlp_units.h"
#include "core/model/transformer/rms_norm.h"
#include "core/model/transformer/rotary_positions.h"
#include "core/model/transformer/token_loss.h"
#include "core/model/transformer/transformer_spec.h"

namespace muonscope {

// A transformer's way forward and back over batches of tokens, with memory of its own: none is
// taken once a batch as large has been seen. All sums are taken in one order, so the same weights
// and tokens give the same bits on every processor. Between blocks it looks whether it is still
// wanted (progress.h).
template <typename Scalar>
class TransformerPass {
  public:
    using Weights = std::vector<DenseOf<Scalar>>;

    explicit TransformerPass(const TransformerSpec& spec);

    const TransformerMatrices& matrices() const { return matrices_; }

    // The loss: mean cross-entropy of the targets, each position by its weight; 0 where none
    // counts. Throws Error for a token or target beyond the vocabulary and a length beyond the
    // context.
    double forward(const Weights& weights, const TokenBatch& batch);
    // Of the newest forward(), once, with the same weights: fills gradient(i) for every i in
    // `trained` (1-based, ascending).
    void backward(const Weights& weights, const TokenBatch& batch, const std::vector<int>& trained);
    const DenseOf<Scalar>& gradient(int index) const { return gradients_[index_of(index)]; }

    // ---- Of the newest forward(); columns are the batch's positions. ----

    // The positions that count, their losses and the probabilities of their targets.
    const CountedTokens& counted() const { return counted_; }
    // The stream that enters the first block (0), or that leaves block `block`: width x positions.
    auto stream(int block) const { return streams_[std::size_t(block)].leftCols(columns_); }
    // What the head makes of every position, with the same weights: vocabulary x positions.
    DenseOf<Scalar> logits(const Weights& weights) const;
    // What a matrix multiplies: its columns are the positions', the head's too. None: of embedding
    // and positions, which are looked up.
    DenseOf<Scalar> input_of(int index) const;
    // Keys x queries; blocks from 1, sequences and heads from 0.
    Matrix attention_map(int block, int sequence, int head) const;

  private:
    // What a block keeps for the way back; columns are positions.
    struct Block {
        explicit Block(const TransformerSpec& spec) : attention(spec.heads, spec.head_width()) {}
        DenseOf<Scalar> normed, queries, keys, values, gathered;
        DenseOf<Scalar> mlp_normed, entering, gate, units;  // entering and gate: slopes
        RmsNorm<Scalar> norm, mlp_norm;
        CausalAttention<Scalar> attention;
    };
    const DenseOf<Scalar>& of(const Weights& weights, int index) const {
        return weights[index_of(index)];
    }
    bool trains(int index) const { return trained_[index_of(index)] != 0; }
    bool trains_up_to(int block) const;
    void check(const TokenBatch& batch) const;
    void reserve(const TokenBatch& batch);
    void reserve_way_back();
    void count(const TokenBatch& batch);
    void embed(const Weights& weights, const TokenBatch& batch);
    void block_forward(const Weights& weights, int number);
    double head_forward(const Weights& weights);
    void head_backward(const Weights& weights);
    void mlp_backward(const Weights& weights, int number);
    void attention_backward(const Weights& weights, int number);
    void embedding_backward(const TokenBatch& batch);
    // gradient <- delta input^T, where it is wanted.
    template <typename Delta, typename Input>
    void learn(int index, const Delta& delta, const Input& input) {
        if (index > 0 && trains(index))
            product_.multiply(delta, input.transpose(), gradients_[index_of(index)]);
    }

    TransformerSpec spec_;
    TransformerMatrices matrices_;
    RotaryPositions<Scalar> rotary_;
    MlpUnits<Scalar> units_;
    MatrixProduct<Scalar> product_;
    Eigen::Index columns_ = 0, room_ = 0;
    int length_ = 0;
    std::vector<char> trained_;
    std::vector<Block> blocks_;
    std::vector<DenseOf<Scalar>> streams_;  // blocks + 1
    DenseOf<Scalar> last_normed_, counted_normed_, logits_;
    RmsNorm<Scalar> last_norm_;
    CountedTokens counted_;
    // Gradients with respect to the stream, a norm's output, queries, keys, values and units.
    DenseOf<Scalar> d_stream_, d_normed_, d_queries_, d_keys_, d_values_, d_units_, d_entering_;
    std::vector<DenseOf<Scalar>> gradients_;
};

}  // namespace muonscope
