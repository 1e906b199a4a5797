#include "core/model/transformer/transformer_pass.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/linalg/reductions.h"

namespace muonscope {

using Eigen::Index;

template <typename Scalar>
TransformerPass<Scalar>::TransformerPass(const TransformerSpec& spec)
    : spec_((check_transformer(spec), spec)),
      matrices_(spec),
      rotary_(spec.heads, spec.head_width(), spec.context),
      units_(spec.mlp),
      trained_(matrices_.list.size()) {
    for (int b = 0; b < spec.blocks; ++b) blocks_.emplace_back(spec);
    streams_.resize(blocks_.size() + 1);
    for (const MatrixInfo& matrix : matrices_.list)
        gradients_.push_back(DenseOf<Scalar>::Zero(matrix.rows, matrix.cols));
}

template <typename Scalar>
void TransformerPass<Scalar>::check(const TokenBatch& batch) const {
    if (batch.length < 1 || batch.length > spec_.context || batch.sequences < 1)
        throw Error("transformer",
                    fmt::format("{} sequences of {} tokens", batch.sequences, batch.length),
                    fmt::format("take sequences of 1 to {}", spec_.context));
    if (batch.tokens.size() != batch.positions() || batch.targets.size() != batch.positions() ||
        (!batch.weights.empty() && batch.weights.size() != batch.positions()))
        throw Error("transformer",
                    fmt::format("{} tokens, {} targets and {} weights for {} positions",
                                batch.tokens.size(), batch.targets.size(), batch.weights.size(),
                                batch.positions()),
                    "give one of each a position");
    for (const std::vector<int>* tokens : {&batch.tokens, &batch.targets})
        for (const int token : *tokens)
            if (token < 0 || token >= spec_.vocabulary)
                throw Error("transformer", fmt::format("token {} of {}", token, spec_.vocabulary),
                            "take a vocabulary that has it");
}

template <typename Scalar>
void TransformerPass<Scalar>::reserve(const TokenBatch& batch) {
    columns_ = static_cast<Index>(batch.positions());
    length_ = batch.length;
    if (columns_ <= room_) return;
    room_ = columns_;
    const Index width = spec_.width, hidden = spec_.hidden;
    for (DenseOf<Scalar>& stream : streams_) stream.resize(width, room_);
    for (Block& block : blocks_) {
        for (DenseOf<Scalar>* matrix : {&block.normed, &block.queries, &block.keys, &block.values,
                                        &block.gathered, &block.mlp_normed})
            matrix->resize(width, room_);
        block.entering.resize(hidden, room_);
        block.units.resize(hidden, room_);
        if (spec_.mlp == MlpKind::swiglu) block.gate.resize(hidden, room_);
        block.norm.reserve(room_);
        block.mlp_norm.reserve(room_);
    }
    for (DenseOf<Scalar>* matrix : {&last_normed_, &counted_normed_}) matrix->resize(width, room_);
    last_norm_.reserve(room_);
    const auto most = static_cast<std::size_t>(room_);
    counted_.positions.reserve(most);
    counted_.targets.reserve(most);
    for (std::vector<double>* numbers :
         {&counted_.shares, &counted_.losses, &counted_.probabilities})
        numbers->reserve(most);
}

// Who only looks forward takes no memory for the way back.
template <typename Scalar>
void TransformerPass<Scalar>::reserve_way_back() {
    if (d_stream_.cols() >= room_) return;
    for (DenseOf<Scalar>* matrix : {&d_stream_, &d_normed_, &d_queries_, &d_keys_, &d_values_})
        matrix->resize(spec_.width, room_);
    d_units_.resize(spec_.hidden, room_);
    d_entering_.resize(spec_.hidden, room_);
}

template <typename Scalar>
void TransformerPass<Scalar>::count(const TokenBatch& batch) {
    counted_.positions.clear();
    counted_.targets.clear();
    counted_.shares.clear();
    for (std::size_t i = 0; i < batch.positions(); ++i) {
        if (batch.weight(i) == 0) continue;
        counted_.positions.push_back(static_cast<int>(i));
        counted_.targets.push_back(batch.targets[i]);
        counted_.shares.push_back(batch.weight(i));
    }
    const std::size_t size = counted_.positions.size();
    const double whole = kernels().sum(counted_.shares.data(), static_cast<Size>(size));
    for (double& share : counted_.shares) share /= whole;
    if (logits_.cols() < room_) logits_.resize(spec_.vocabulary, room_);
    counted_.losses.resize(size);
    counted_.probabilities.resize(size);
}

template <typename Scalar>
void TransformerPass<Scalar>::embed(const Weights& weights, const TokenBatch& batch) {
    const DenseOf<Scalar>& table = of(weights, matrices_.embedding);
    DenseOf<Scalar>& stream = streams_.front();
    for (Index j = 0; j < columns_; ++j)
        stream.col(j) = table.col(batch.tokens[static_cast<std::size_t>(j)]);
    if (matrices_.positions == 0) return;
    const auto positions = of(weights, matrices_.positions).leftCols(length_);
    for (Index first = 0; first < columns_; first += length_)
        stream.middleCols(first, length_) += positions;
}

template <typename Scalar>
void TransformerPass<Scalar>::block_forward(const Weights& weights, int number) {
    const TransformerMatrices::Block& at = matrices_.blocks[std::size_t(number)];
    Block& block = blocks_[std::size_t(number)];
    const auto stream = streams_[std::size_t(number)].leftCols(columns_);
    auto next = streams_[std::size_t(number) + 1].leftCols(columns_);
    const auto now = [&](DenseOf<Scalar>& matrix) { return matrix.leftCols(columns_); };

    auto normed = now(block.normed), queries = now(block.queries), keys = now(block.keys),
         values = now(block.values), gathered = now(block.gathered);
    block.norm.forward(stream, normed);
    product_.multiply(of(weights, at.query), normed, queries);
    product_.multiply(of(weights, at.key), normed, keys);
    product_.multiply(of(weights, at.value), normed, values);
    if (spec_.positions == PositionKind::rotary) {
        rotary_.turn(queries, length_);
        rotary_.turn(keys, length_);
    }
    block.attention.forward(queries, keys, values, length_, gathered);
    product_.combine(1, of(weights, at.output), gathered, 1, stream, next);

    auto mlp_normed = now(block.mlp_normed), entering = now(block.entering),
         units = now(block.units);
    block.mlp_norm.forward(next, mlp_normed);
    product_.multiply(of(weights, at.mlp_in), mlp_normed, entering);
    if (at.mlp_gate > 0) {
        auto gate = now(block.gate);
        product_.multiply(of(weights, at.mlp_gate), mlp_normed, gate);
        units_.forward(entering, gate, units);
    } else {
        units_.forward(entering, block.gate, units);
    }
    product_.combine(1, of(weights, at.mlp_out), units, 1, next, next);
}

// Positions that do not count have no logits.
template <typename Scalar>
double TransformerPass<Scalar>::head_forward(const Weights& weights) {
    auto normed = last_normed_.leftCols(columns_);
    last_norm_.forward(streams_.back().leftCols(columns_), normed);
    const auto size = static_cast<Index>(counted_.positions.size());
    counted_.square_error = 0;
    if (size == 0) return 0;
    for (Index j = 0; j < size; ++j)
        counted_normed_.col(j) = normed.col(counted_.positions[static_cast<std::size_t>(j)]);
    auto logits = logits_.leftCols(size);
    const auto entering = counted_normed_.leftCols(size);
    if (matrices_.head > 0)
        product_.multiply(of(weights, matrices_.head), entering, logits);
    else
        product_.multiply(of(weights, matrices_.embedding).transpose(), entering, logits);
    return cross_entropy_in_place<Scalar>(logits, counted_);
}

template <typename Scalar>
double TransformerPass<Scalar>::forward(const Weights& weights, const TokenBatch& batch) {
    check(batch);
    reserve(batch);
    count(batch);
    embed(weights, batch);
    for (int number = 0; number < spec_.blocks; ++number) {
        work_point();
        block_forward(weights, number);
    }
    return head_forward(weights);
}

// Whether anything up to this block (from 0), the embedding included, is trained: -1: the embedding
// alone.
template <typename Scalar>
bool TransformerPass<Scalar>::trains_up_to(int block) const {
    for (std::size_t i = 0; i < trained_.size(); ++i)
        if (trained_[i] != 0 && static_cast<int>(i) + 1 != matrices_.head &&
            matrices_.list[i].block <= block + 1)
            return true;
    return false;
}

template <typename Scalar>
void TransformerPass<Scalar>::head_backward(const Weights& weights) {
    const auto size = static_cast<Index>(counted_.positions.size());
    const auto logits = logits_.leftCols(size);
    const auto entering = counted_normed_.leftCols(size);
    auto d_entering = d_queries_.leftCols(size);
    if (matrices_.head > 0) {
        learn(matrices_.head, logits, entering);
        product_.multiply(of(weights, matrices_.head).transpose(), logits, d_entering);
    } else {
        learn(matrices_.embedding, entering, logits);
        product_.multiply(of(weights, matrices_.embedding), logits, d_entering);
    }
    auto d_normed = d_normed_.leftCols(columns_), d_stream = d_stream_.leftCols(columns_);
    d_normed.setZero();
    for (Index j = 0; j < size; ++j)
        d_normed.col(counted_.positions[static_cast<std::size_t>(j)]) = d_entering.col(j);
    d_stream.setZero();
    last_norm_.backward(last_normed_.leftCols(columns_), d_normed, d_stream);
}

template <typename Scalar>
void TransformerPass<Scalar>::mlp_backward(const Weights& weights, int number) {
    const TransformerMatrices::Block& at = matrices_.blocks[std::size_t(number)];
    Block& block = blocks_[std::size_t(number)];
    auto d_stream = d_stream_.leftCols(columns_), d_normed = d_normed_.leftCols(columns_);
    auto d_units = d_units_.leftCols(columns_), d_entering = d_entering_.leftCols(columns_);
    const auto normed = block.mlp_normed.leftCols(columns_);
    learn(at.mlp_out, d_stream, block.units.leftCols(columns_));
    product_.multiply(of(weights, at.mlp_out).transpose(), d_stream, d_units);
    d_entering = d_units.cwiseProduct(block.entering.leftCols(columns_));
    learn(at.mlp_in, d_entering, normed);
    product_.multiply(of(weights, at.mlp_in).transpose(), d_entering, d_normed);
    if (at.mlp_gate > 0) {
        d_entering = d_units.cwiseProduct(block.gate.leftCols(columns_));
        learn(at.mlp_gate, d_entering, normed);
        product_.combine(1, of(weights, at.mlp_gate).transpose(), d_entering, 1, d_normed,
                         d_normed);
    }
    block.mlp_norm.backward(normed, d_normed, d_stream);
}

template <typename Scalar>
void TransformerPass<Scalar>::attention_backward(const Weights& weights, int number) {
    const TransformerMatrices::Block& at = matrices_.blocks[std::size_t(number)];
    Block& block = blocks_[std::size_t(number)];
    const auto now = [&](DenseOf<Scalar>& matrix) { return matrix.leftCols(columns_); };
    auto d_stream = now(d_stream_), d_normed = now(d_normed_), d_queries = now(d_queries_),
         d_keys = now(d_keys_), d_values = now(d_values_);
    const auto normed = now(block.normed), gathered = now(block.gathered);
    learn(at.output, d_stream, gathered);
    product_.multiply(of(weights, at.output).transpose(), d_stream, d_normed);
    block.attention.backward(now(block.queries), now(block.keys), now(block.values), gathered,
                             d_normed, d_queries, d_keys, d_values);
    if (spec_.positions == PositionKind::rotary) {
        rotary_.turn_back(d_queries, length_);
        rotary_.turn_back(d_keys, length_);
    }
    learn(at.query, d_queries, normed);
    learn(at.key, d_keys, normed);
    learn(at.value, d_values, normed);
    if (!trains_up_to(number - 1)) return;
    product_.multiply(of(weights, at.query).transpose(), d_queries, d_normed);
    product_.combine(1, of(weights, at.key).transpose(), d_keys, 1, d_normed, d_normed);
    product_.combine(1, of(weights, at.value).transpose(), d_values, 1, d_normed, d_normed);
    block.norm.backward(normed, d_normed, d_stream);
}

// Added in the order of the positions. A tied embedding has the head's part already.
template <typename Scalar>
void TransformerPass<Scalar>::embedding_backward(const TokenBatch& batch) {
    const auto d_stream = d_stream_.leftCols(columns_);
    if (trains(matrices_.embedding)) {
        DenseOf<Scalar>& gradient = gradients_[index_of(matrices_.embedding)];
        if (matrices_.head > 0) gradient.setZero();
        for (Index j = 0; j < columns_; ++j)
            gradient.col(batch.tokens[static_cast<std::size_t>(j)]) += d_stream.col(j);
    }
    if (matrices_.positions == 0 || !trains(matrices_.positions)) return;
    DenseOf<Scalar>& gradient = gradients_[index_of(matrices_.positions)];
    gradient.setZero();
    for (Index first = 0; first < columns_; first += length_)
        gradient.leftCols(length_) += d_stream.middleCols(first, length_);
}

template <typename Scalar>
void TransformerPass<Scalar>::backward(const Weights& weights, const TokenBatch& batch,
                                       const std::vector<int>& trained) {
    std::fill(trained_.begin(), trained_.end(), 0);
    for (const int index : trained) trained_[index_of(index)] = 1;
    reserve_way_back();
    head_backward(weights);
    for (int number = spec_.blocks - 1; number >= 0; --number) {
        if (!trains_up_to(number)) return;
        work_point();
        mlp_backward(weights, number);
        attention_backward(weights, number);
    }
    embedding_backward(batch);
}

template <typename Scalar>
DenseOf<Scalar> TransformerPass<Scalar>::logits(const Weights& weights) const {
    DenseOf<Scalar> logits(spec_.vocabulary, columns_);
    MatrixProduct<Scalar> product;
    const auto normed = last_normed_.leftCols(columns_);
    if (matrices_.head > 0)
        product.multiply(of(weights, matrices_.head), normed, logits);
    else
        product.multiply(of(weights, matrices_.embedding).transpose(), normed, logits);
    return logits;
}

template <typename Scalar>
DenseOf<Scalar> TransformerPass<Scalar>::input_of(int index) const {
    if (index == matrices_.head) return last_normed_.leftCols(columns_);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        const TransformerMatrices::Block& at = matrices_.blocks[b];
        const Block& block = blocks_[b];
        if (index == at.query || index == at.key || index == at.value)
            return block.normed.leftCols(columns_);
        if (index == at.output) return block.gathered.leftCols(columns_);
        if (index == at.mlp_in || index == at.mlp_gate) return block.mlp_normed.leftCols(columns_);
        if (index == at.mlp_out) return block.units.leftCols(columns_);
    }
    return {};
}

template <typename Scalar>
Matrix TransformerPass<Scalar>::attention_map(int block, int sequence, int head) const {
    return blocks_[index_of(block)].attention.map(sequence, head);
}

template class TransformerPass<float>;
template class TransformerPass<double>;

}  // namespace muonscope
