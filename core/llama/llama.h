#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/llama/attention.h"
#include "core/llama/weights.h"
#include "core/llama/workers.h"

namespace muonscope {

// What somebody wants to see of the positions that are read; what is empty is not computed. Spans
// last as long as the call.
struct LlamaWatch {
    // Unnormalised log-probabilities of what comes after that position, for each position in turn.
    std::function<void(int position, std::span<const float> logits)> logits;
    // The residual stream before block 0 (layer 0), and after block layer - 1: `columns` holds
    // vectors of `width` numbers, one a position from `first` on.
    std::function<void(int layer, int first, std::span<const float> columns)> residual;
};

// A llama in float32 that reads tokens and says what comes next: embedding; blocks of x +=
// attention (RMSNorm x) and x += down(silu(gate h) up h), h = RMSNorm x; RMSNorm; logits (Touvron
// et al., arXiv 2302.13971, with grouped queries, arXiv 2305.13245). Products add in float, norms,
// exponentials and angles are in double.
//
// A token has the same bits read alone or among others, on every processor and with any number of
// workers. Reading takes no memory from the heap once as many tokens have been read at once before.
class Llama {
  public:
    // Throws Error where a tensor is missing. At most `positions` tokens can be read.
    Llama(LlamaWeights weights, int positions, Workers workers = {});

    const LlamaWeights& weights() const { return weights_; }
    // Others of the same shape. What was read is forgotten.
    void set_weights(LlamaWeights weights);

    int length() const { return length_; }  // tokens read so far
    std::span<const int> tokens() const { return known_; }
    int positions() const { return cache_.positions(); }
    // Forgets all but the first `length` tokens read; logits() are of none then.
    void keep(int length);

    // Reads tokens behind those read so far, at once. Between blocks it looks whether it is still
    // wanted (progress.h); called off, it is as if these tokens had never come. Throws Error for a
    // token beyond the vocabulary and for more than positions().
    void read(std::span<const int> tokens, const LlamaWatch& watch = {});

    // The same block by block: begin(), then go_on() until it says that there is no more to do.
    // Both spans and functions must last as long. begin() gives up what was not finished.
    void begin(std::span<const int> tokens, const LlamaWatch* watch = nullptr);
    bool go_on();

    // Of what comes after the last token read; empty where none was.
    std::span<const float> logits() const;

    static constexpr int most_at_once = 128;  // tokens that meet each matrix together

  private:
    struct Product {
        const SharedFloats& matrix;
        float* result;
    };
    void reserve(int columns);
    void start_batch();
    void embed();
    void run_block(int block);
    void attend(int block);
    void feed_forward(int block);
    void finish_batch();
    void make_logits(int column, int count, float* result);
    void normalise(const float* x, const SharedFloats& norm, float* result, int count) const;
    // Each matrix times the columns of x, all in one go of the workers.
    void multiply(const float* x, int count, std::span<const Product> products) const;
    void gate(int count);
    void tell_residual(int layer) const;

    LlamaWeights weights_;
    Workers workers_;
    KeyValueCache cache_;
    Rotation rotation_;
    Attention attention_;
    int length_ = 0;
    std::vector<int> known_;  // the tokens that it has read

    // What is being read: positions length_ on, a batch of `count_` tokens, next `layer_`.
    std::span<const int> tokens_;
    const LlamaWatch* watch_ = nullptr;
    int count_ = 0, layer_ = 0;

    // Columns of the batch.
    std::vector<float> x_, normed_, queries_, gathered_, added_, gate_, up_;
    std::vector<float> logits_, many_logits_;
    std::vector<std::vector<double>> exponents_;  // one a worker
};

}  // namespace muonscope
