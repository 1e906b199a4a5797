#pragma once

#include <vector>

#include "core/base/choice.h"
#include "core/model/model.h"

namespace muonscope {

// How a block knows where a token stands.
enum class PositionKind { rotary, learned };
inline constexpr auto position_choices = choices_of<PositionKind::learned>(
    {{"rotary", "Rotary", "Queries and keys turn by their position (arXiv 2104.09864)."},
     {"learned", "Learned", "A vector for each position is added to the token's; a matrix."}});

// What the hidden units of a block's network do.
enum class MlpKind { relu_squared, gelu, swiglu };
inline constexpr auto mlp_choices = choices_of<MlpKind::swiglu>(
    {{"relu_squared", "ReLU²", "max(u, 0)² (arXiv 2109.08668)."},
     {"gelu", "GELU", "½u(1 + tanh(√(2/π)(u + .044715u³))) (arXiv 1606.08415)."},
     {"swiglu", "SwiGLU",
      "g/(1 + e⁻ᵍ) · u: a gate, which is one matrix more (arXiv 2002.05202)."}});

// What the way forward and back is computed in; weights, gradients and optimisers are doubles.
enum class PassNumber { float64, float32 };
inline constexpr auto pass_number_choices = choices_of<PassNumber::float32>(
    {{"float64", "Double", "64 bits: gradients exact to 1e-10."},
     {"float32", "Single", "32 bits: about twice as fast; gradients exact to about 1e-5."}});

// A decoder of tokens: x = embedding (+ position); in each block x += output(attention(norm x)) and
// x += mlp_out(act(mlp_in(norm x))); logits = head(norm x). Every norm divides by the root mean
// square and has no gain, as in modded-nanogpt, and nothing has a bias: whatever is trained is a
// matrix.
struct TransformerSpec {
    int blocks = 2;      // 1..4
    int width = 64;      // of the residual stream, 16..256
    int heads = 4;       // divide the width; rotary: into even parts
    int hidden = 256;    // units of a block's network, 1..1024
    int context = 64;    // most positions of a sequence, 2..256
    int vocabulary = 0;  // 2..4096; the task's
    PositionKind positions = PositionKind::rotary;
    MlpKind mlp = MlpKind::relu_squared;
    bool tied = false;  // the head is the embedding's transpose
    PassNumber precision = PassNumber::float64;

    int head_width() const { return width / heads; }
    bool operator==(const TransformerSpec&) const = default;
};

// Throws Error where a number is out of range or the heads do not divide the width.
void check_transformer(const TransformerSpec& spec);

// The matrices of a transformer and where each stands in the list: numbered from 1, 0 where there
// is none of the kind.
struct TransformerMatrices {
    explicit TransformerMatrices(const TransformerSpec& spec);

    struct Block {
        int query = 0, key = 0, value = 0, output = 0;
        int mlp_in = 0, mlp_gate = 0, mlp_out = 0;
    };
    int embedding = 0, positions = 0, head = 0;
    std::vector<Block> blocks;
    std::vector<MatrixInfo> list;
};

}  // namespace muonscope
