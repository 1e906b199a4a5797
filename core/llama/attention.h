#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/llama/shape.h"
#include "core/llama/workers.h"

namespace muonscope {

// Keys and values of every position read so far, for all blocks: what makes the next token cost one
// token. Memory is touched as positions come, not before.
class KeyValueCache {
  public:
    KeyValueCache(const LlamaShape& shape, int positions);

    int positions() const { return positions_; }
    // Rows of kv_width numbers from that position on.
    float* keys(int block, int position) { return keys_.get() + offset(block, position); }
    float* values(int block, int position) { return values_.get() + offset(block, position); }

  private:
    std::size_t offset(int block, int position) const {
        return (std::size_t(block) * std::size_t(positions_) + std::size_t(position)) * width_;
    }
    int positions_;
    std::size_t width_;
    std::unique_ptr<float[]> keys_, values_;
};

// Turns queries and keys by their positions (Su et al., arXiv 2104.09864): pair i of a head by
// position x base^(-2i/rotary), in double.
class Rotation {
  public:
    explicit Rotation(const LlamaShape& shape);
    // Of the next calls of apply(): positions first … first + count - 1.
    void prepare(int first, int count);
    // `heads` heads side by side, of the index-th of those positions.
    void apply(int index, int heads, float* vectors) const;

  private:
    LlamaShape shape_;
    std::vector<double> rates_;
    std::vector<float> cosines_, sines_;  // a row of rotary/2 a position
};

// What each query gathers: softmax(q k^T / sqrt(head_width)) v over the positions up to its own.
class Attention {
  public:
    Attention(const LlamaShape& shape, int positions, int parts);
    // queries, result: `count` columns of query_width, of positions first … first + count - 1,
    // whose keys and values are in the cache already. Shared out by heads of keys and columns.
    void gather(KeyValueCache& cache, int block, int first, int count, const float* queries,
                float* result, const Workers& workers);

  private:
    struct Space {
        std::vector<float> scores;  // of the queries of a group, one row each
        std::vector<double> exponents;
    };
    void gather_group(KeyValueCache& cache, int block, int position, int kv_head,
                      const float* queries, float* result, Space& space) const;

    LlamaShape shape_;
    std::vector<Space> spaces_;  // one a part
};

}  // namespace muonscope
