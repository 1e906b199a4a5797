#pragma once

#include <cstddef>
#include <cstdint>

// What the numbers of a file say: blocks of bytes as values. Each gives `blocks` blocks that lie
// one behind the other, at any address, as floats; the block formats to the bit as the reference
// implementation of GGUF does (quants.py of the gguf package: every product and sum in float).
namespace muonscope {

using BlockReader = void (*)(const std::uint8_t* bytes, std::size_t blocks, float* values);

void read_f64(const std::uint8_t* bytes, std::size_t blocks, float* values);  // rounded
void read_f32(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_f16(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_bf16(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q4_0(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q4_1(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q5_0(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q5_1(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q8_0(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q4_k(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q5_k(const std::uint8_t* bytes, std::size_t blocks, float* values);
void read_q6_k(const std::uint8_t* bytes, std::size_t blocks, float* values);

}  // namespace muonscope
