#include "core/llama/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/choice.h"
#include "core/base/error.h"

namespace muonscope {

namespace {

struct Names {
    std::string_view gguf, pytorch;
};
constexpr std::array<Names, block_tensors> block_names = {{
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
}};

bool drop_start(std::string_view& text, std::string_view start) {
    if (!text.starts_with(start)) return false;
    text.remove_prefix(start.size());
    return true;
}

std::string_view without_weight(std::string_view name) {
    constexpr std::string_view end = ".weight";
    if (name.ends_with(end)) name.remove_suffix(end.size());
    return name;
}

// "12.rest" -> 12, and text is "rest". Leading zeros would be a second name of a block.
std::optional<int> drop_number(std::string_view& text) {
    int number = 0;
    const char* const begin = text.data();
    const char* const all = begin + text.size();
    const auto [end, fault] = std::from_chars(begin, all, number);
    if (fault != std::errc() || number < 0 || end == all || *end != '.') return {};
    if (*begin == '0' && end != begin + 1) return {};
    text.remove_prefix(static_cast<std::size_t>(end - begin) + 1);
    return number;
}

}  // namespace

LlamaWeights::LlamaWeights(const LlamaShape& shape) : shape_(shape) {
    check_shape(shape, "llama");
    blocks_.resize(static_cast<std::size_t>(shape.blocks) * block_tensors);
}

LlamaWeights::Slot LlamaWeights::slot(int block, BlockTensor tensor) const {
    Slot slot;
    slot.index = static_cast<std::size_t>(block) * block_tensors + place_of(tensor);
    slot.rows = 1;
    slot.cols = shape_.width;
    switch (tensor) {
        case BlockTensor::attn_norm:
        case BlockTensor::ffn_norm:
            break;
        case BlockTensor::attn_q:
            slot.rows = shape_.query_width();
            break;
        case BlockTensor::attn_k:
        case BlockTensor::attn_v:
            slot.rows = shape_.kv_width();
            break;
        case BlockTensor::attn_output:
            slot.rows = shape_.width;
            slot.cols = shape_.query_width();
            break;
        case BlockTensor::ffn_gate:
        case BlockTensor::ffn_up:
            slot.rows = shape_.hidden;
            break;
        case BlockTensor::ffn_down:
            slot.rows = shape_.width;
            slot.cols = shape_.hidden;
            break;
    }
    return slot;
}

std::optional<LlamaWeights::Slot> LlamaWeights::find(std::string_view name) const {
    name = without_weight(name);
    if (name == "token_embd")
        return Slot{&LlamaWeights::token_embd_, 0, shape_.vocabulary, shape_.width};
    if (name == "output") return Slot{&LlamaWeights::output_, 0, shape_.vocabulary, shape_.width};
    if (name == "output_norm") return Slot{&LlamaWeights::output_norm_, 0, 1, shape_.width};
    if (!drop_start(name, "blk.")) return {};
    const std::optional<int> block = drop_number(name);
    if (!block || *block >= shape_.blocks) return {};
    for (std::size_t i = 0; i < block_names.size(); ++i)
        if (name == block_names[i].gguf) return slot(*block, static_cast<BlockTensor>(i));
    return {};
}

LlamaWeights::Slot LlamaWeights::known(std::string_view name) const {
    const auto found = find(name);
    if (!found)
        throw Error(std::string(name), "a llama of this shape has no such tensor",
                    "see what its names are");
    return *found;
}

LlamaWeights::Size LlamaWeights::size_of(std::string_view name) const {
    const Slot slot = known(name);
    return {slot.rows, slot.cols};
}

void LlamaWeights::set(std::string_view name, SharedFloats tensor) {
    const Slot slot = known(name);
    if (!tensor.data || tensor.rows != slot.rows || tensor.cols != slot.cols)
        throw Error(std::string(name),
                    fmt::format("{} x {} numbers, where this llama has {} x {}", tensor.rows,
                                tensor.cols, slot.rows, slot.cols),
                    "take the tensor from a file of this model");
    (slot.member ? this->*slot.member : blocks_[slot.index]) = std::move(tensor);
}

const SharedFloats& LlamaWeights::at(std::string_view name) const {
    const Slot slot = known(name);
    return slot.member ? this->*slot.member : blocks_[slot.index];
}

const SharedFloats& LlamaWeights::at(int block, BlockTensor tensor) const {
    return blocks_[static_cast<std::size_t>(block) * block_tensors + place_of(tensor)];
}

std::vector<std::string> LlamaWeights::names() const {
    std::vector<std::string> names{"token_embd"};
    for (int block = 0; block < shape_.blocks; ++block)
        for (const Names& tensor : block_names)
            names.push_back(fmt::format("blk.{}.{}", block, tensor.gguf));
    names.emplace_back("output_norm");
    if (!tied()) names.emplace_back("output");
    return names;
}

void LlamaWeights::check_complete() const {
    for (const std::string& name : names())
        if (!at(name).data)
            throw Error(name, "is missing", "take a file that holds all of a llama's tensors");
}

std::string gguf_name(std::string_view pytorch_name) {
    std::string_view name = without_weight(pytorch_name);
    if (name == "lm_head") return "output";
    if (name == "model.embed_tokens") return "token_embd";
    if (name == "model.norm") return "output_norm";
    if (!drop_start(name, "model.layers.")) return {};
    const std::optional<int> block = drop_number(name);
    if (!block) return {};
    const auto* const found = std::find_if(block_names.begin(), block_names.end(),
                                           [&](const Names& n) { return n.pytorch == name; });
    return found == block_names.end() ? std::string()
                                      : fmt::format("blk.{}.{}", *block, found->gguf);
}

std::string pytorch_name(std::string_view gguf_name) {
    std::string_view name = without_weight(gguf_name);
    if (name == "output") return "lm_head";
    if (name == "token_embd") return "model.embed_tokens";
    if (name == "output_norm") return "model.norm";
    if (!drop_start(name, "blk.")) return {};
    const std::optional<int> block = drop_number(name);
    if (!block) return {};
    const auto* const found = std::find_if(block_names.begin(), block_names.end(),
                                           [&](const Names& n) { return n.gguf == name; });
    return found == block_names.end() ? std::string()
                                      : fmt::format("model.layers.{}.{}", *block, found->pytorch);
}

}  // namespace muonscope
