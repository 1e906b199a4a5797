#include "core/formats/tensor_type.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

// ggml.h (enum ggml_type) and constants.py of the gguf package (GGML_QUANT_SIZES); tensor.rs of
// safetensors (enum Dtype); numpy.lib.format. Those without a reader have their sizes checked.
constexpr std::array types{
    TensorType{"F64", 28, "F64", "<f8", 1, 8, read_f64},
    TensorType{"F32", 0, "F32", "<f4", 1, 4, read_f32},
    TensorType{"F16", 1, "F16", "<f2", 1, 2, read_f16},
    TensorType{"BF16", 30, "BF16", "", 1, 2, read_bf16},
    TensorType{"Q4_0", 2, "", "", 32, 18, read_q4_0},
    TensorType{"Q4_1", 3, "", "", 32, 20, read_q4_1},
    TensorType{"Q5_0", 6, "", "", 32, 22, read_q5_0},
    TensorType{"Q5_1", 7, "", "", 32, 24, read_q5_1},
    TensorType{"Q8_0", 8, "", "", 32, 34, read_q8_0},
    TensorType{"Q4_K", 12, "", "", 256, 144, read_q4_k},
    TensorType{"Q5_K", 13, "", "", 256, 176, read_q5_k},
    TensorType{"Q6_K", 14, "", "", 256, 210, read_q6_k},
    TensorType{"Q8_1", 9, "", "", 32, 40},
    TensorType{"Q2_K", 10, "", "", 256, 84},
    TensorType{"Q3_K", 11, "", "", 256, 110},
    TensorType{"Q8_K", 15, "", "", 256, 292},
    TensorType{"IQ2_XXS", 16, "", "", 256, 66},
    TensorType{"IQ2_XS", 17, "", "", 256, 74},
    TensorType{"IQ3_XXS", 18, "", "", 256, 98},
    TensorType{"IQ1_S", 19, "", "", 256, 50},
    TensorType{"IQ4_NL", 20, "", "", 32, 18},
    TensorType{"IQ3_S", 21, "", "", 256, 110},
    TensorType{"IQ2_S", 22, "", "", 256, 82},
    TensorType{"IQ4_XS", 23, "", "", 256, 136},
    TensorType{"IQ1_M", 29, "", "", 256, 56},
    TensorType{"TQ1_0", 34, "", "", 256, 54},
    TensorType{"TQ2_0", 35, "", "", 256, 66},
    TensorType{"MXFP4", 39, "", "", 32, 17},
    TensorType{"NVFP4", 40, "", "", 64, 36},
    TensorType{"Q1_0", 41, "", "", 128, 18},
    TensorType{"I8", 24, "I8", "|i1", 1, 1},
    TensorType{"I16", 25, "I16", "<i2", 1, 2},
    TensorType{"I32", 26, "I32", "<i4", 1, 4},
    TensorType{"I64", 27, "I64", "<i8", 1, 8},
    TensorType{"U8", -1, "U8", "|u1", 1, 1},
    TensorType{"U16", -1, "U16", "<u2", 1, 2},
    TensorType{"U32", -1, "U32", "<u4", 1, 4},
    TensorType{"U64", -1, "U64", "<u8", 1, 8},
    TensorType{"BOOL", -1, "BOOL", "|b1", 1, 1},
    TensorType{"C64", -1, "C64", "<c8", 1, 8},
    TensorType{"F8_E5M2", -1, "F8_E5M2", "", 1, 1},
    TensorType{"F8_E4M3", -1, "F8_E4M3", "", 1, 1},
    TensorType{"F8_E8M0", -1, "F8_E8M0", "", 1, 1},
    TensorType{"F6_E2M3", -1, "F6_E2M3", "", 4, 3},
    TensorType{"F6_E3M2", -1, "F6_E3M2", "", 4, 3},
    TensorType{"F4", -1, "F4", "", 2, 1},
};
constexpr TensorType unknown{"unknown"};

template <class Key>
const TensorType* find(Key TensorType::*member, const Key& key) {
    const auto found = std::ranges::find(types, key, member);
    return found == types.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TensorType> tensor_types() {
    return types;
}

const TensorType* gguf_type(std::uint32_t number) {
    return number > 0x7fffffffU ? nullptr : find(&TensorType::gguf, static_cast<int>(number));
}

const TensorType* safetensors_type(std::string_view name) {
    return name.empty() ? nullptr : find(&TensorType::safetensors, name);
}

const TensorType* npy_type(std::string_view name) {
    return name.empty() ? nullptr : find(&TensorType::npy, name);
}

const TensorType& tensor_type(std::string_view name) {
    if (const TensorType* const found = find(&TensorType::name, name)) return *found;
    throw Error("type", in_quotes(name) + " is unknown", "F64, F32, F16 and BF16 can be written");
}

const TensorType& unknown_type() {
    return unknown;
}

std::optional<std::uint64_t> values_of(std::span<const std::uint64_t> shape) {
    std::uint64_t product = 1;
    bool empty = false;
    for (const std::uint64_t length : shape) {
        empty = empty || length == 0;
        if (length != 0 && __builtin_mul_overflow(product, length, &product)) return std::nullopt;
    }
    return empty ? 0 : product;
}

std::optional<std::uint64_t> bytes_of(const TensorType& type,
                                      std::span<const std::uint64_t> shape) {
    const std::optional<std::uint64_t> values = values_of(shape);
    const std::uint64_t columns = shape.empty() ? 1 : shape.back();
    std::uint64_t bytes = 0;
    if (!values || type.bytes == 0 || columns % type.values != 0 ||
        __builtin_mul_overflow(*values / type.values, std::uint64_t{type.bytes}, &bytes))
        return std::nullopt;
    return bytes;
}

}  // namespace muonscope
