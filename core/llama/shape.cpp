#include "core/llama/shape.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace muonscope {

void check_shape(const LlamaShape& shape, std::string_view source) {
    const auto refuse = [&](std::string what) {
        throw Error(std::string(source), std::move(what), "this is no llama that can be run");
    };
    constexpr int most = 1 << 20;  // so that products of two stay far from the largest int64
    const std::pair<const char*, int> sizes[] = {{"blocks", shape.blocks},
                                                 {"embedding length", shape.width},
                                                 {"feed-forward length", shape.hidden},
                                                 {"heads", shape.heads},
                                                 {"heads of keys and values", shape.kv_heads},
                                                 {"head length", shape.head_width},
                                                 {"tokens in the vocabulary", shape.vocabulary}};
    for (const auto& [name, size] : sizes)
        if (size < 1 || size > most)
            refuse(fmt::format("{} {}, where 1 to {} can be", size, name, most));
    if (shape.heads % shape.kv_heads != 0)
        refuse(fmt::format("{} heads do not share {} heads of keys and values evenly", shape.heads,
                           shape.kv_heads));
    if (std::int64_t(shape.heads) * shape.head_width > most)
        refuse(fmt::format("{} heads of {} numbers", shape.heads, shape.head_width));
    if (shape.rotary < 0 || shape.rotary % 2 != 0 || shape.rotary > shape.head_width)
        refuse(fmt::format("{} of {} numbers of a head turn in pairs", shape.rotary,
                           shape.head_width));
    if (!(shape.rope_base > 0) || !std::isfinite(shape.rope_base))
        refuse(fmt::format("rope.freq_base {}", shape.rope_base));
    if (!(shape.rms_epsilon >= 0) || !std::isfinite(shape.rms_epsilon))
        refuse(fmt::format("layer_norm_rms_epsilon {}", shape.rms_epsilon));
}

}  // namespace muonscope
