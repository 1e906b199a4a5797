// What is done to every entry of bfloat16 matrices between their products.

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

using Words = Pack<std::uint32_t, width<float>>;

// Nearest bfloat16, ties to even: a float whose low 16 bits are zero. NaN stays NaN.
MUONSCOPE_INLINE Vec<float> rounded(Vec<float> x) {
    const auto bits = reinterpret_cast<Words>(x);
    const Words nearest = (bits + 0x7fffU + (bits >> 16 & 1U)) & 0xffff0000U;
    return x == x ? reinterpret_cast<Vec<float>>(nearest) : x;
}

// f(first, numbers) for vectors of entries, and then for those that are left.
template <typename F>
MUONSCOPE_INLINE void for_entries(Size count, const F& f) {
    constexpr Size w = width<float>;
    Size i = 0;
    for (; i + w <= count; i += w)
        f(
            i, [](const float* from) MUONSCOPE_INLINED { return load<Vec<float>>(from); },
            [](Vec<float> x, float* to) MUONSCOPE_INLINED { store(x, to); });
    if (const Size there = count - i; there > 0)
        f(
            i, [there](const float* from) MUONSCOPE_INLINED { return load_part(from, there); },
            [there](Vec<float> x, float* to) MUONSCOPE_INLINED { store_part(x, to, there); });
}

void round_to_bfloat16(float* x, Size count) {
    for_entries(count, [&](Size i, const auto& get, const auto& put)
                           MUONSCOPE_INLINED { put(rounded(get(x + i)), x + i); });
}

void scale_to_bfloat16(float factor, const float* x, float* result, Size count) {
    for_entries(count, [&](Size i, const auto& get, const auto& put) MUONSCOPE_INLINED {
        put(rounded(all(factor) * get(x + i)), result + i);
    });
}

void add_scaled_to_bfloat16(float factor, const float* x, float* sum, Size count) {
    for_entries(count, [&](Size i, const auto& get, const auto& put) MUONSCOPE_INLINED {
        put(rounded(rounded(get(sum + i)) + rounded(all(factor) * get(x + i))), sum + i);
    });
}

}  // namespace

void add_bfloat16_entries(Kernels& table) {
    table.round_to_bfloat16 = round_to_bfloat16;
    table.scale_to_bfloat16 = scale_to_bfloat16;
    table.add_scaled_to_bfloat16 = add_scaled_to_bfloat16;
}

}  // namespace muonscope::MUONSCOPE_AT
