#pragma once

#include <string_view>

namespace muonscope {

// Which entries of a query or key turn together: neighbours (0, 1), (2, 3) … as GGUF has them, or
// i and i + rotary/2 as PyTorch's files have. The rows of one are those of the other in another
// order, so scores are the same; vectors are not.
enum class RotaryPairs { adjacent, half_split };

// What a llama is made of. Every block has attention of `heads` queries of `head_width` numbers,
// which share `kv_heads` keys and values in groups, and a gated network of `hidden` units.
struct LlamaShape {
    int blocks = 0, width = 0, hidden = 0;
    int heads = 0, kv_heads = 0, head_width = 0;
    int rotary = 0;  // numbers of a head that turn with the position; the others stay
    double rope_base = 10000, rms_epsilon = 1e-5;
    int vocabulary = 0;
    int context = 0;  // most positions that it was trained for
    RotaryPairs pairs = RotaryPairs::adjacent;

    int query_width() const { return heads * head_width; }
    int kv_width() const { return kv_heads * head_width; }
};

// Throws Error where no llama can have this shape, or none that is run here; `source` names where
// the numbers come from.
void check_shape(const LlamaShape& shape, std::string_view source);

}  // namespace muonscope
