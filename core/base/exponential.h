#pragma once

// exp and tanh of a double, or of every entry of a vector of doubles: only sums, products and
// quotients that each round once, so that both have the same bits at every level. For
// core/base/elementary.cpp and the sources in per_level/; everything has internal linkage, so
// that no level takes another's.
//
// Numbers: double or a vector of them. Words: std::int64_t or a vector of as many.

#include <cstdint>

#include "core/base/elementary_tables.h"

#pragma GCC diagnostic ignored "-Wpsabi"

namespace muonscope {
namespace {
namespace exponential {

#define MUONSCOPE_EXPONENTIAL [[gnu::always_inline]] inline

// The first 26 bits of x: the product of two such has no rounding, nor has that with what is left.
template <typename Words, typename Numbers>
MUONSCOPE_EXPONENTIAL Numbers first_half(Numbers x) {
    return __builtin_bit_cast(Numbers, __builtin_bit_cast(Words, x) & -0x8000000LL);
}

// A number below 2^51 added to this is rounded to a whole one, which then ends the sum's bits.
constexpr double shift = 0x1.8p52;
constexpr std::int64_t shift_bits = 0x4338000000000000;

// 2^n for n, or what it is nearest to, that are powers of normal numbers.
template <typename Words, typename Numbers>
MUONSCOPE_EXPONENTIAL Numbers two_to(Numbers n) {
    const Words power = __builtin_bit_cast(Words, n + shift) - shift_bits;
    return __builtin_bit_cast(Numbers, (power + 1023) << 52);
}

// e^x = 2^power (1 + high + low), |high| < .415 and low below its last place; power is whole.
template <typename Numbers>
struct Parts {
    Numbers high, low, power;
};

// Of x + rest, |x| < 1100 and |rest| no more than half of x's last place, with an error of 2^-60.
// Not a number: high is none. What is left of x is exact but for a last small term.
template <typename Words, typename Numbers>
MUONSCOPE_EXPONENTIAL Parts<Numbers> parts(Numbers x, Numbers rest) {
    using namespace elementary;
    const Numbers power = (x * per_ln2 + shift) - shift;
    const Numbers exact = x - power * ln2_high, last = power * ln2_low;
    const Numbers r = exact - last, r_low = ((exact - r) - last) + rest;

    const Numbers r2 = r * r, r4 = r2 * r2;
    const Numbers ends = (exp_terms[0] + exp_terms[1] * r) + (exp_terms[2] + exp_terms[3] * r) * r2;
    const Numbers middle =
        (exp_terms[4] + exp_terms[5] * r) + (exp_terms[6] + exp_terms[7] * r) * r2;
    const Numbers top = exp_terms[8] + exp_terms[9] * r;
    const Numbers terms = ends + (middle + top * r4) * r4;

    // r^2/2 to twice the digits.
    const Numbers first = first_half<Words>(r);
    const Numbers half_square = first * first * 0.5;
    const Numbers half_square_low = (r - first) * (r + first) * 0.5;
    const Numbers begun = r + half_square;
    const Numbers added = (half_square - (begun - r)) + (half_square_low + r * r2 * terms);
    const Numbers left = added + (r_low + r_low * (begun + added));
    const Numbers high = begun + left;
    return {high, left - (high - begun), power};
}

// e^(x + rest) within .51 units in the last place, 1 where the result is not normal.
template <typename Words, typename Numbers>
MUONSCOPE_EXPONENTIAL Numbers exp_of(Numbers x, Numbers rest) {
    const Numbers zero{}, lowest = zero - 760.0, highest = zero + 720.0;  // 0 and infinity there
    Numbers bounded = x < lowest ? lowest : x;
    bounded = bounded > highest ? highest : bounded;
    const auto [high, low, power] = parts<Words>(bounded, rest);
    const Numbers whole = 1.0 + high;
    const Numbers sum = whole + ((high - (whole - 1.0)) + low);
    // In two steps, the second of which may leave the normal numbers.
    const Numbers half = (power * 0.5 + shift) - shift;
    return sum * two_to<Words>(half) * two_to<Words>(power - half);
}

// tanh x = m/(m + 2), m = e^(2|x|) - 1, within .6 units in the last place. The quotient is put
// right by what it leaves of m.
template <typename Words, typename Numbers>
MUONSCOPE_EXPONENTIAL Numbers tanh_of(Numbers x) {
    constexpr std::int64_t sign_bit = INT64_MIN;
    const Words bits = __builtin_bit_cast(Words, x);
    const Numbers size = __builtin_bit_cast(Numbers, bits & ~sign_bit);
    const Numbers zero{}, saturated = zero + 20.0;  // tanh is 1 in double from here on
    const Numbers bounded = size > saturated ? saturated : size;
    const auto [high, low, power] = parts<Words>(bounded + bounded, zero);
    const Numbers scale = two_to<Words>(power);
    const Numbers whole = scale - 1.0, part = scale * high;
    const Numbers m = whole + part, m_low = (part - (m - whole)) + scale * low;

    const Numbers below = m + 2.0;
    const Numbers two = below - m;
    const Numbers below_low = ((m - (below - two)) + (2.0 - two)) + m_low;
    const Numbers inverse = 1.0 / below;
    const Numbers quotient = m * inverse;
    const Numbers q = first_half<Words>(quotient), q_low = quotient - q;
    const Numbers b = first_half<Words>(below), b_low = below - b;
    const Numbers left = ((m - q * b) - q * b_low - q_low * b) - q_low * b_low;
    const Numbers result = quotient + (left + (m_low - quotient * below_low)) * inverse;
    return __builtin_bit_cast(Numbers, __builtin_bit_cast(Words, result) | (bits & sign_bit));
}

}  // namespace exponential
}  // namespace
}  // namespace muonscope
