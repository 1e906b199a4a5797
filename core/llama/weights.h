#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/llama/shape.h"
#include "core/llama/shared_floats.h"

namespace muonscope {

// The matrices of a block, in the order of its work; norms are vectors.
enum class BlockTensor {
    attn_norm,    // width
    attn_q,       // heads x head_width rows, width columns
    attn_k,       // kv_heads x head_width, width
    attn_v,       // likewise
    attn_output,  // width, heads x head_width
    ffn_norm,     // width
    ffn_gate,     // hidden, width
    ffn_up,       // hidden, width
    ffn_down,     // width, hidden
};
inline constexpr int block_tensors = 9;

// All numbers of a llama by GGUF's names: token_embd, blk.N.attn_q and the like, output_norm, and
// output where it is not tied to token_embd; with or without ".weight" at the end. Matrices are out
// x in, row after row. A copy shares them all, and an edit replaces one.
class LlamaWeights {
  public:
    // None of them yet. Throws Error where the shape is none.
    explicit LlamaWeights(const LlamaShape& shape);

    const LlamaShape& shape() const { return shape_; }

    struct Size {
        int rows, cols;
    };
    bool has(std::string_view name) const { return find(name).has_value(); }
    // What a tensor of that name has. Throws Error for an unknown name.
    Size size_of(std::string_view name) const;
    // Throws Error for a name that no llama of this shape has, and for other rows or columns.
    void set(std::string_view name, SharedFloats tensor);
    // Throws Error for an unknown name. Without data: not set, as `output` of a tied llama.
    const SharedFloats& at(std::string_view name) const;
    const SharedFloats& at(int block, BlockTensor tensor) const;
    const SharedFloats& token_embd() const { return token_embd_; }
    const SharedFloats& output_norm() const { return output_norm_; }
    // What turns the last vector into logits: token_embd where they are tied.
    const SharedFloats& output() const { return output_.data ? output_ : token_embd_; }
    bool tied() const { return !output_.data; }

    // Names in the order of the work, without ".weight"; output only where it is not tied.
    std::vector<std::string> names() const;
    // Throws Error that names the first one which is missing.
    void check_complete() const;

  private:
    // Where it belongs, with the rows and columns that it must have.
    struct Slot {
        SharedFloats LlamaWeights::*member = nullptr;
        std::size_t index = 0;  // in blocks_, if no member
        int rows = 0, cols = 0;
    };
    std::optional<Slot> find(std::string_view name) const;
    Slot known(std::string_view name) const;  // throws Error where there is none
    Slot slot(int block, BlockTensor tensor) const;

    LlamaShape shape_;
    SharedFloats token_embd_, output_norm_, output_;
    std::vector<SharedFloats> blocks_;
};

// GGUF's name, without ".weight", of what PyTorch's files call
// "model.layers.3.mlp.down_proj.weight"; empty: no part of a llama.
std::string gguf_name(std::string_view pytorch_name);
// And back, without ".weight" too; empty: no part of a llama.
std::string pytorch_name(std::string_view gguf_name);

}  // namespace muonscope
