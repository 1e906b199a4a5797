#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/llama/weights.h"

namespace muonscope {

// As tests/golden/llama.py draws: a congruential generator, exact in any language.
class TinyDraws {
  public:
    explicit TinyDraws(std::uint64_t seed) : state_(seed) {}
    std::uint64_t bits() {
        state_ = 6364136223846793005ULL * state_ + 1442695040888963407ULL;
        return state_ >> 11;
    }
    SharedFloats tensor(int rows, int cols, double scale, double offset) {
        NewFloats values(rows, cols);
        for (std::size_t i = 0; i < values.size(); ++i)
            values.data()[i] =
                static_cast<float>(offset + scale * (static_cast<double>(bits()) * 0x1p-52 - 1));
        return std::move(values).share();
    }

  private:
    std::uint64_t state_;
};

inline LlamaShape tiny_shape(const nlohmann::json& json) {
    LlamaShape shape;
    shape.blocks = json.at("blocks");
    shape.width = json.at("width");
    shape.hidden = json.at("hidden");
    shape.heads = json.at("heads");
    shape.kv_heads = json.at("kv_heads");
    shape.head_width = json.at("head_width");
    shape.rotary = json.at("rotary");
    shape.rope_base = json.at("rope_base");
    shape.rms_epsilon = json.at("rms_epsilon");
    shape.vocabulary = json.at("vocabulary");
    shape.context = 64;
    shape.pairs = json.at("pairs") == "adjacent" ? RotaryPairs::adjacent : RotaryPairs::half_split;
    return shape;
}

// Random weights of that shape, as the script has them: every tensor in the order of names().
inline LlamaWeights tiny_llama(const LlamaShape& shape, std::uint64_t seed, bool tied) {
    LlamaWeights weights(shape);
    TinyDraws draws(seed);
    std::vector<std::string> names = weights.names();
    if (!tied) names.emplace_back("output");
    for (const std::string& name : names) {
        const bool norm = name.ends_with("norm");
        const auto [rows, cols] = weights.size_of(name);
        weights.set(name, draws.tensor(rows, cols, norm ? 0.25 : 0.5, norm ? 1 : 0));
    }
    return weights;
}

}  // namespace muonscope
