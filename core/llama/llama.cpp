#include "core/llama/llama.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {

namespace {

constexpr int most_logits = 32;  // positions whose logits are there together: 6 MB for 49152 tokens

std::size_t numbers(int columns, int rows) {
    return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
}

void grow(std::vector<float>& space, std::size_t size) {
    if (space.size() < size) space.resize(size);
}

}  // namespace

Llama::Llama(LlamaWeights weights, int positions, Workers workers)
    : weights_(std::move(weights)),
      workers_(std::move(workers)),
      cache_(weights_.shape(), positions),
      rotation_(weights_.shape()),
      attention_(weights_.shape(), positions, workers_.parts),
      exponents_(static_cast<std::size_t>(workers_.parts),
                 std::vector<double>(static_cast<std::size_t>(weights_.shape().hidden))) {
    weights_.check_complete();
    known_.reserve(static_cast<std::size_t>(positions));
}

void Llama::set_weights(LlamaWeights weights) {
    weights.check_complete();
    weights_ = std::move(weights);
    keep(0);
}

void Llama::keep(int length) {
    length_ = std::clamp(length, 0, length_);
    known_.resize(static_cast<std::size_t>(length_));
    logits_.clear();
    tokens_ = {};
}

std::span<const float> Llama::logits() const {
    return logits_;
}

void Llama::read(std::span<const int> tokens, const LlamaWatch& watch) {
    const int before = length_;
    try {
        begin(tokens, &watch);
        do work_point();
        while (go_on());
    } catch (...) {
        keep(before);
        throw;
    }
}

void Llama::begin(std::span<const int> tokens, const LlamaWatch* watch) {
    const LlamaShape& shape = weights_.shape();
    const auto unknown = std::find_if(tokens.begin(), tokens.end(), [&](int token) {
        return token < 0 || token >= shape.vocabulary;
    });
    if (unknown != tokens.end())
        throw Error("llama", fmt::format("token {} of {}", *unknown, shape.vocabulary),
                    "use the tokeniser of the model's own file");
    if (tokens.size() > static_cast<std::size_t>(cache_.positions() - length_))
        throw Error("llama",
                    fmt::format("{} tokens behind {} read, where there is room for {}",
                                tokens.size(), length_, cache_.positions()),
                    "shorten the text or begin anew");
    tokens_ = tokens;
    watch_ = watch;
    if (!tokens.empty()) start_batch();
}

void Llama::start_batch() {
    count_ = static_cast<int>(std::min<std::size_t>(tokens_.size(), most_at_once));
    layer_ = 0;
    reserve(count_);
}

bool Llama::go_on() {
    if (tokens_.empty()) return false;
    const int blocks = weights_.shape().blocks;
    if (layer_ == 0) embed();
    if (layer_ < blocks) {
        run_block(layer_++);
        return true;
    }
    finish_batch();
    length_ += count_;
    known_.insert(known_.end(), tokens_.begin(), tokens_.begin() + count_);
    tokens_ = tokens_.subspan(static_cast<std::size_t>(count_));
    if (tokens_.empty()) return false;
    start_batch();
    return true;
}

void Llama::reserve(int columns) {
    const LlamaShape& shape = weights_.shape();
    grow(x_, numbers(columns, shape.width));
    grow(normed_, numbers(columns, shape.width));
    grow(added_, numbers(columns, shape.width));
    grow(queries_, numbers(columns, shape.query_width()));
    grow(gathered_, numbers(columns, shape.query_width()));
    grow(gate_, numbers(columns, shape.hidden));
    grow(up_, numbers(columns, shape.hidden));
}

void Llama::embed() {
    const SharedFloats& table = weights_.token_embd();
    for (int column = 0; column < count_; ++column)
        std::copy_n(table.row(tokens_[static_cast<std::size_t>(column)]), table.cols,
                    x_.data() + numbers(column, table.cols));
    rotation_.prepare(length_, count_);
    tell_residual(0);
}

void Llama::run_block(int block) {
    attend(block);
    feed_forward(block);
    tell_residual(block + 1);
}

void Llama::tell_residual(int layer) const {
    if (watch_ && watch_->residual)
        watch_->residual(layer, length_, {x_.data(), numbers(count_, weights_.shape().width)});
}

void Llama::attend(int block) {
    const LlamaShape& shape = weights_.shape();
    normalise(x_.data(), weights_.at(block, BlockTensor::attn_norm), normed_.data(), count_);
    float* const keys = cache_.keys(block, length_);
    const Product products[] = {
        {weights_.at(block, BlockTensor::attn_q), queries_.data()},
        {weights_.at(block, BlockTensor::attn_k), keys},
        {weights_.at(block, BlockTensor::attn_v), cache_.values(block, length_)},
    };
    multiply(normed_.data(), count_, products);
    for (int column = 0; column < count_; ++column) {
        rotation_.apply(column, shape.heads,
                        queries_.data() + numbers(column, shape.query_width()));
        rotation_.apply(column, shape.kv_heads, keys + numbers(column, shape.kv_width()));
    }
    attention_.gather(cache_, block, length_, count_, queries_.data(), gathered_.data(), workers_);
    const Product output[] = {{weights_.at(block, BlockTensor::attn_output), added_.data()}};
    multiply(gathered_.data(), count_, output);
    for (std::size_t i = 0; i < numbers(count_, shape.width); ++i) x_[i] += added_[i];
}

void Llama::feed_forward(int block) {
    normalise(x_.data(), weights_.at(block, BlockTensor::ffn_norm), normed_.data(), count_);
    const Product into[] = {{weights_.at(block, BlockTensor::ffn_gate), gate_.data()},
                            {weights_.at(block, BlockTensor::ffn_up), up_.data()}};
    multiply(normed_.data(), count_, into);
    gate(count_);
    const Product down[] = {{weights_.at(block, BlockTensor::ffn_down), added_.data()}};
    multiply(gate_.data(), count_, down);
    for (std::size_t i = 0; i < numbers(count_, weights_.shape().width); ++i) x_[i] += added_[i];
}

// gate <- gate/(1 + e^-gate) up, the exponential in double.
void Llama::gate(int count) {
    const int hidden = weights_.shape().hidden;
    workers_.in_parts([&](int part) {
        const Share share = share_of(count, part, workers_.parts);
        double* const exponents = exponents_[static_cast<std::size_t>(part)].data();
        for (int column = share.begin; column < share.end; ++column) {
            float* const gates = gate_.data() + numbers(column, hidden);
            const float* const up = up_.data() + numbers(column, hidden);
            for (int i = 0; i < hidden; ++i) exponents[i] = -static_cast<double>(gates[i]);
            kernels().exp(exponents, hidden);
            for (int i = 0; i < hidden; ++i)
                gates[i] = static_cast<float>(gates[i] / (1 + exponents[i]) * up[i]);
        }
    });
}

void Llama::normalise(const float* x, const SharedFloats& norm, float* result, int count) const {
    const int width = norm.cols;
    for (int column = 0; column < count; ++column, x += width, result += width) {
        const double mean = kernels().sum_of_float_squares(x, width) / width;
        const auto scale = static_cast<float>(1 / std::sqrt(mean + weights_.shape().rms_epsilon));
        for (int i = 0; i < width; ++i) result[i] = x[i] * scale * norm.data[i];
    }
}

void Llama::multiply(const float* x, int count, std::span<const Product> products) const {
    workers_.in_parts([&](int part) {
        for (const Product& product : products) {
            const SharedFloats& matrix = product.matrix;
            const Share share = share_of(matrix.rows, part, workers_.parts);
            FloatDotsTask task{};
            task.rows = share.end - share.begin;
            task.cols = count;
            task.depth = matrix.cols;
            task.left = matrix.row(share.begin);
            task.left_stride = matrix.cols;
            task.right = x;
            task.right_stride = matrix.cols;
            task.result = product.result + share.begin;
            task.result_stride = matrix.rows;
            kernels().float_dots(task);
        }
    });
}

void Llama::make_logits(int column, int count, float* result) {
    const std::size_t first = numbers(column, weights_.shape().width);
    normalise(x_.data() + first, weights_.output_norm(), normed_.data() + first, count);
    const Product output[] = {{weights_.output(), result}};
    multiply(normed_.data() + first, count, output);
}

void Llama::finish_batch() {
    const int vocabulary = weights_.shape().vocabulary;
    const bool ends = static_cast<std::size_t>(count_) == tokens_.size();
    if (watch_ && watch_->logits) {
        grow(many_logits_, numbers(std::min(count_, most_logits), vocabulary));
        for (int column = 0; column < count_; column += most_logits) {
            const int count = std::min(most_logits, count_ - column);
            make_logits(column, count, many_logits_.data());
            for (int i = 0; i < count; ++i)
                watch_->logits(length_ + column + i, {many_logits_.data() + numbers(i, vocabulary),
                                                      static_cast<std::size_t>(vocabulary)});
        }
        if (!ends) return;
        const int last = (count_ - 1) % most_logits;
        logits_.assign(many_logits_.data() + numbers(last, vocabulary),
                       many_logits_.data() + numbers(last + 1, vocabulary));
    } else if (ends) {
        logits_.resize(static_cast<std::size_t>(vocabulary));
        make_logits(count_ - 1, 1, logits_.data());
    }
}

}  // namespace muonscope
