#pragma once

#include <bit>
#include <cstdint>

namespace muonscope {

// Nearest bfloat16, ties to even: a float whose low 16 bits are zero. NaN stays NaN. Without a
// branch, so that loops over it are vectorised.
inline float to_bfloat16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U;
    return std::bit_cast<float>((bits & 0x7fffffffU) > 0x7f800000U ? bits : rounded);
}

}  // namespace muonscope
