#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/work.h"
#include "core/weights/tensor_spectrum.h"

// Which tokens a singular vector of a llama's matrix reads or writes. What a block adds to the
// residual stream, U of attn_output and ffn_down, goes through the unembedding; what it takes from
// it, V of attn_q, attn_k, attn_v, ffn_gate and ffn_up, is held against the embedding.
namespace muonscope {

struct StreamSide {
    bool writes = false;  // else it reads
    std::string norm;     // whose weights stand between the vector and the tokens
};
// By GGUF's name or PyTorch's, with or without ".weight". None: no matrix of a block.
std::optional<StreamSide> stream_side(std::string_view name);

struct NearToken {
    int token;
    double cosine;
};
struct VectorTokens {
    Eigen::Index k = 0;  // from 0
    double value = 0;    // the singular value
    // Cosines, farthest from 0 first: of the vector as tensor_svd() signs it, and against it.
    std::vector<NearToken> towards, away;
};

// Of the singular vectors [first, first + count), the `top` tokens on either side. The vector is
// multiplied entry by entry with the weights of the norm between, as what is read or written is;
// tokens' rows are taken less the mean of all rows, which moves every logit alike and so no
// probability. The cosine of a zero row is 0. The work reads the embedding twice, a part at a time;
// `file` and `entry` outlive it. Throws Error where the file is no llama or the matrix none of a
// block. Vectors through the embeddings: Millidge, Black 2022; Dar et al., arXiv 2209.02535.
Work<std::vector<VectorTokens>> vector_tokens(const TensorFile& file, const TensorEntry& entry,
                                              Eigen::Index first, Eigen::Index count, int top);

}  // namespace muonscope
