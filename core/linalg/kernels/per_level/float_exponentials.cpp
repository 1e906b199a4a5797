// Exponentials of floats and their sum, for softmax and sigmoid (kernels.h).

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

constexpr int partial_sums = 16;
constexpr int lanes = width<float>;
constexpr int registers = partial_sums / lanes;
using Floats = Vec<float>;
using Words = Pack<std::int32_t, lanes>;

// A number below 2^22 added to this is rounded to a whole one, which then ends the sum's bits.
constexpr float shift = 0x1.8p23F;
constexpr std::int32_t shift_bits = 0x4b400000;

MUONSCOPE_INLINE Floats two_to(Floats n) {
    const Words power = reinterpret_cast<Words>(n + shift) - shift_bits;
    return reinterpret_cast<Floats>((power + 127) << 23);
}

// e^x = 2^n e^r, |r| <= .35, with the polynomial of Cephes' expf (Moshier); n ln 2 in two parts,
// the first exact. In two steps, the second of which may leave the normal numbers.
MUONSCOPE_INLINE Floats exp_of(Floats x) {
    const Floats lowest = all(-120.F), highest = all(90.F);  // 0 and infinity there
    x = x < lowest ? lowest : x;
    x = x > highest ? highest : x;
    const Floats n = (x * 1.44269504F + shift) - shift;
    const Floats r = (x - n * .693359375F) - n * -2.12194440e-4F;
    const Floats terms = ((((1.9875691500e-4F * r + 1.3981999507e-3F) * r + 8.3334519073e-3F) * r +
                           4.1665795894e-2F) *
                              r +
                          1.6666665459e-1F) *
                             r +
                         5.0000001201e-1F;
    const Floats part = terms * (r * r) + r + 1.F;
    const Floats half = (n * .5F + shift) - shift;
    return part * two_to(half) * two_to(n - half);
}

float exp_floats(float from, float scale, float* x, Size count) {
    Floats sums[registers] = {};
    Size i = 0;
    for (; i + partial_sums <= count; i += partial_sums)
        repeat<registers>([&](auto r) MUONSCOPE_INLINED {
            const Floats e = exp_of((load<Floats>(x + i + r * lanes) - from) * scale);
            store(e, x + i + r * lanes);
            sums[r] += e;
        });
    repeat<registers>([&](auto r) MUONSCOPE_INLINED {
        const Size first = i + r * lanes, there = smaller<Size>(count - first, lanes);
        if (there <= 0) return;
        store_part<float>(exp_of((load_part(x + first, there) - from) * scale), x + first, there);
        sums[r] += load_part(x + first, there);  // zeros beside it
    });
    float entries[partial_sums];
    repeat<registers>([&](auto r) MUONSCOPE_INLINED { store(sums[r], entries + r * lanes); });
    for (int half = partial_sums / 2; half > 0; half /= 2)
        for (int k = 0; k < half; ++k) entries[k] += entries[k + half];
    return entries[0];
}

}  // namespace

void add_float_exponentials(Kernels& table) {
    table.exp_floats = exp_floats;
}

}  // namespace muonscope::MUONSCOPE_AT
