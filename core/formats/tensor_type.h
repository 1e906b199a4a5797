#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/formats/block_numbers.h"

namespace muonscope {

// How a tensor's numbers lie in a file: blocks of some values in some bytes, along its rows.
struct TensorType {
    std::string_view name;              // "Q4_K"
    int gguf = -1;                      // its number in GGUF; -1: it has none
    std::string_view safetensors = {};  // "F32"; empty: it has none
    std::string_view npy = {};          // "<f4"; empty: it has none
    std::uint32_t values = 1;           // a block
    std::uint32_t bytes = 0;            // a block; 0: not known
    BlockReader reader = nullptr;       // none: listed, and not read

    bool readable() const { return reader != nullptr; }
};

// All that is known, each once. Their addresses hold as long as the program runs.
std::span<const TensorType> tensor_types();
// By what the formats call them; nullptr where there is none.
const TensorType* gguf_type(std::uint32_t number);
const TensorType* safetensors_type(std::string_view name);
const TensorType* npy_type(std::string_view name);
// By its own name; throws Error, which names those that can be written.
const TensorType& tensor_type(std::string_view name);
const TensorType& unknown_type();

// Of shapes, rows first. None where the product overflows; `bytes` also where rows are no multiple
// of a block, or its size is not known.
std::optional<std::uint64_t> values_of(std::span<const std::uint64_t> shape);
std::optional<std::uint64_t> bytes_of(const TensorType& type, std::span<const std::uint64_t> shape);

}  // namespace muonscope
