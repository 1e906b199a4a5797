#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// Numbers of 16 bits and wider ones. All roundings are to nearest, ties to even.
namespace muonscope {

// The value of a half (IEEE 754 binary16), exactly. Without a branch, so that loops over it are
// vectorised: the exponent is moved by a multiplication, which is exact, of subnormal ones too.
inline float half_value(std::uint16_t half) {
    const auto magnitude = static_cast<std::uint32_t>(half & 0x7fffU) << 13;
    const auto value = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112F);
    const std::uint32_t special = magnitude >= 0x0f800000U ? 0x7f800000U : 0U;  // infinity, NaN
    return std::bit_cast<float>(value | special | static_cast<std::uint32_t>(half & 0x8000U) << 16);
}

// The nearest half. What rounds to 65536 or more is infinite; NaN stays NaN.
inline std::uint16_t nearest_half(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000U) {
        half = 0x7e00U | (magnitude >> 13 & 0x3ffU);
    } else if (magnitude >= 0x477ff000U) {  // 65520, half way between 65504 and 65536
        half = 0x7c00U;
    } else if (magnitude < 0x38800000U) {
        // Below the smallest normal one, 2^-14, halves are multiples of 2^-24, as floats are in
        // [.5, 1).
        half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3f000000U;
    } else {
        half = (magnitude - 0x38000000U + 0xfffU + (magnitude >> 13 & 1U)) >> 13;
    }
    return static_cast<std::uint16_t>(half | (bits >> 16 & 0x8000U));
}

// The value of a bfloat16, the upper half of a float.
inline float bfloat16_value(std::uint16_t upper) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
}

// A float that rounds to any narrower format as x itself does: where x is no float, the one beside
// it whose last bit is odd. Rounding to the nearest float first would round twice. Boldo,
// Melquiond: When double rounding is odd, 2005.
inline float odd_float(double x) {
    const auto near = static_cast<float>(x);
    const auto wide = static_cast<double>(near);
    const auto bits = std::bit_cast<std::uint32_t>(near);
    if (wide == x || std::isnan(x) || (bits & 1U) != 0) return near;
    return std::bit_cast<float>(std::abs(wide) < std::abs(x) ? bits + 1 : bits - 1);
}

}  // namespace muonscope
