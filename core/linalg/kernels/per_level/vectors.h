#pragma once

// Vectors as wide as the registers of the level that a source is compiled for, for sources in this
// folder only: everything here has internal linkage, so that no level takes another's.
//
// Vec<T> adds, multiplies and compares entry by entry with the usual operators; each operation
// rounds as it is written. fma(a, b, c) is a b + c with one rounding at every level.

#include <cstdint>
#include <utility>

#include "core/linalg/kernels/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if !defined(__FMA__)
#include "core/linalg/kernels/slow_fma.h"
#endif
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Vectors carry their width as an attribute, which template arguments drop; and how they are passed
// to functions is nobody's business outside this folder.
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wpsabi"

namespace muonscope::MUONSCOPE_AT {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

#define MUONSCOPE_INLINE [[gnu::always_inline]] inline

// n numbers side by side.
template <typename T, int n>
struct PackOf {
    typedef T type __attribute__((vector_size(n * sizeof(T))));  // NOLINT: not with using
};
template <typename T, int n>
using Pack = typename PackOf<T, n>::type;

template <typename T>
constexpr int width = vector_bytes / static_cast<int>(sizeof(T));
template <typename T>
using Vec = Pack<T, width<T>>;

template <typename V>
MUONSCOPE_INLINE V load(const void* from) {
    V to;
    __builtin_memcpy(&to, from, sizeof to);
    return to;
}

template <typename V>
MUONSCOPE_INLINE void store(V from, void* to) {
    __builtin_memcpy(to, &from, sizeof from);
}

// All entries x.
template <typename T>
MUONSCOPE_INLINE Vec<T> all(T x) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8)
        return _mm512_set1_pd(x);
    else
        return _mm512_set1_ps(x);
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 8)
        return _mm256_set1_pd(x);
    else
        return _mm256_set1_ps(x);
#else
    return x - Vec<T>{};
#endif
}

template <typename T>
MUONSCOPE_INLINE T smaller(T a, T b) {
    return b < a ? b : a;
}
template <typename T>
MUONSCOPE_INLINE T larger(T a, T b) {
    return a < b ? b : a;
}

// f(Constant<0>), f(Constant<1>) ... f(Constant<n - 1>): arrays that are indexed so can live in
// registers, whatever the compiler thinks of unrolling loops.
template <int n>
struct Constant {
    static constexpr int value = n;
    MUONSCOPE_INLINE constexpr operator int() const {  // NOLINT: it is that number
        return n;
    }
};
// The function itself must be inlined too: [&](auto i) MUONSCOPE_INLINED { ... }.
#define MUONSCOPE_INLINED __attribute__((always_inline))
template <int n, int from = 0, typename F>
MUONSCOPE_INLINE void repeat(const F& f) {
    if constexpr (from < n) {
        f(Constant<from>{});
        repeat<n, from + 1>(f);
    }
}

// The first `count` entries, 1 to a whole vector; the others are 0, or left as they are in memory.
#if defined(__AVX512F__)

template <typename T>
MUONSCOPE_INLINE Vec<T> load_part(const T* from, Size count) {
    const unsigned mask = (1U << count) - 1;
    if constexpr (sizeof(T) == 8)
        return _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from);
    else
        return _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from);
}
template <typename T>
MUONSCOPE_INLINE void store_part(Vec<T> x, T* to, Size count) {
    const unsigned mask = (1U << count) - 1;
    if constexpr (sizeof(T) == 8)
        _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), x);
    else
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), x);
}

#elif defined(__AVX2__)

template <typename T>
MUONSCOPE_INLINE __m256i mask_of(Size count) {
    const Pack<std::int32_t, 8> entry{0, 1, 2, 3, 4, 5, 6, 7};
    const auto numbers = static_cast<std::int32_t>(count * static_cast<Size>(sizeof(T)) / 4);
    return reinterpret_cast<__m256i>(entry < numbers);
}
template <typename T>
MUONSCOPE_INLINE Vec<T> load_part(const T* from, Size count) {
    if constexpr (sizeof(T) == 8)
        return _mm256_maskload_pd(from, mask_of<T>(count));
    else
        return _mm256_maskload_ps(from, mask_of<T>(count));
}
template <typename T>
MUONSCOPE_INLINE void store_part(Vec<T> x, T* to, Size count) {
    if constexpr (sizeof(T) == 8)
        _mm256_maskstore_pd(to, mask_of<T>(count), x);
    else
        _mm256_maskstore_ps(to, mask_of<T>(count), x);
}

#else

template <typename T>
MUONSCOPE_INLINE Vec<T> load_part(const T* from, Size count) {
    Vec<T> x{};
    for (Size i = 0; i < count; ++i) x[i] = from[i];
    return x;
}
template <typename T>
MUONSCOPE_INLINE void store_part(Vec<T> x, T* to, Size count) {
    for (Size i = 0; i < count; ++i) to[i] = x[i];
}

#endif

// rows[i][j] <-> rows[j][i], in steps that exchange blocks of `step` entries.
template <int step, typename V, int... i>
MUONSCOPE_INLINE void exchange(V& a, V& b, std::integer_sequence<int, i...> /*entries*/) {
    constexpr int n = sizeof...(i);
    const V first = __builtin_shufflevector(a, b, ((i & step) != 0 ? n + i - step : i)...);
    b = __builtin_shufflevector(a, b, ((i & step) != 0 ? n + i : i + step)...);
    a = first;
}
template <int n, int step, typename V>
MUONSCOPE_INLINE void exchange_all(V (&rows)[n]) {
    if constexpr (step < n) {
        repeat<n>([&](auto i) MUONSCOPE_INLINED {
            if constexpr ((decltype(i)::value & step) == 0)
                exchange<step>(rows[decltype(i)::value], rows[decltype(i)::value + step],
                               std::make_integer_sequence<int, n>{});
        });
        exchange_all<n, 2 * step>(rows);
    }
}
template <int n, typename V>
MUONSCOPE_INLINE void transpose(V (&rows)[n]) {
    exchange_all<n, 1>(rows);
}

// The lower (or upper) half of each lane of 16 bytes of a and of b, entries in turn; or pairs of
// entries in turn.
template <bool upper, typename V, int... i>
MUONSCOPE_INLINE V in_turn(V a, V b, std::integer_sequence<int, i...> /*entries*/) {
    constexpr int n = sizeof...(i), in_lane = 16 / (sizeof(V) / n), half = in_lane / 2;
    return __builtin_shufflevector(
        a, b, (i / in_lane * in_lane + (upper ? half : 0) + i % in_lane / 2 + (i & 1) * n)...);
}
template <bool upper, typename V, int... i>
MUONSCOPE_INLINE V pairs_in_turn(V a, V b, std::integer_sequence<int, i...> /*entries*/) {
    constexpr int n = sizeof...(i);
    return __builtin_shufflevector(a, b,
                                   (i / 4 * 4 + (upper ? 2 : 0) + (i & 1) + (i >> 1 & 1) * n)...);
}

#if defined(__AVX512F__)

MUONSCOPE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
    return _mm512_fmadd_pd(a, b, c);
}
MUONSCOPE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
    return _mm512_fmadd_ps(a, b, c);
}

#elif defined(__FMA__)

MUONSCOPE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
    return _mm256_fmadd_pd(a, b, c);
}
MUONSCOPE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
    return _mm256_fmadd_ps(a, b, c);
}

#elif defined(__aarch64__)

MUONSCOPE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
    return vfmaq_f64(c, a, b);
}
MUONSCOPE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
    return vfmaq_f32(c, a, b);
}

#else

// An entry that is not true somewhere.
MUONSCOPE_INLINE bool all_true(Pack<std::int64_t, 2> condition) {
    return _mm_movemask_pd(reinterpret_cast<__m128d>(condition)) == 3;
}

// Where a factor of zero leaves nothing to round but the sum, and where only the slow way is exact.
[[gnu::noinline]] Vec<double> fma_by_entry(Vec<double> a, Vec<double> b, Vec<double> c) {
    const auto zero = (a == 0) | (b == 0);
    if (all_true(zero)) return a * b + c;
    return Vec<double>{zero[0] ? a[0] * b[0] + c[0] : slow_fma(a[0], b[0], c[0]),
                       zero[1] ? a[1] * b[1] + c[1] : slow_fma(a[1], b[1], c[1])};
}

// x = high + low, each of at most 26 bits (Veltkamp).
MUONSCOPE_INLINE Vec<double> high_half(Vec<double> x) {
    const Vec<double> t = x * 0x8000001p0;
    return t - (t - x);
}

// a b = product + error exactly (Dekker), and with c a sum s, rest v: the result is s + v rounded,
// unless v's own rounding error matters. It cannot where s + v(1 +- 2^-51) round to the same.
// What overflows on the way, halves included, leaves bounds whose difference is no number.
MUONSCOPE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
    const Vec<double> product = a * b;
    const Vec<double> ah = high_half(a), al = a - ah, bh = high_half(b), bl = b - bh;
    const Vec<double> error = ((ah * bh - product) + ah * bl + al * bh) + al * bl;
    const Vec<double> sum = product + c, part = sum - product;
    const Vec<double> rest = ((product - (sum - part)) + (c - part)) + error;
    const Vec<double> low = sum + rest * (1 - 0x1p-51), high = sum + rest * (1 + 0x1p-51);
    // The error must not underflow.
    const Vec<double> size = _mm_andnot_pd(Vec<double>{-0., -0.}, product);
    if (all_true((high - low == 0) & (size > 0x1p-900))) [[likely]]
        return low;
    return fma_by_entry(a, b, c);
}

// In double the product is exact and the sum rounded to 53 bits; rounding that to 24 is right
// unless it lies in the middle of two floats, or where floats have fewer bits.
MUONSCOPE_INLINE Pack<double, 2> sum_in_double(__m128 a, __m128 b, __m128 c) {
    return _mm_cvtps_pd(a) * _mm_cvtps_pd(b) + _mm_cvtps_pd(c);
}
// Of two sums each.
MUONSCOPE_INLINE bool round_once(Pack<double, 2> first, Pack<double, 2> second) {
    const auto a = reinterpret_cast<__m128>(first), b = reinterpret_cast<__m128>(second);
    using Words = Pack<std::int32_t, 4>;
    const auto low = reinterpret_cast<Words>(_mm_shuffle_ps(a, b, 0x88));
    const auto high = reinterpret_cast<Words>(_mm_shuffle_ps(a, b, 0xdd));
    // The upper half of 2^-125. Zero, which is exact, is made one less than it and so the largest.
    constexpr std::uint32_t least = (1023 - 125) << 20;
    const Words size = ((high & 0x7fffffff) - 1) ^ INT32_MIN;
    const Words too_small = size < static_cast<std::int32_t>((least - 1) ^ 0x80000000);
    const Words middle = (low & 0x1fffffff) == 0x10000000;
    return _mm_movemask_ps(reinterpret_cast<__m128>(too_small | middle)) == 0;
}
[[gnu::noinline]] Vec<float> fma_by_entry(Vec<float> a, Vec<float> b, Vec<float> c) {
    return Vec<float>{slow_fma(a[0], b[0], c[0]), slow_fma(a[1], b[1], c[1]),
                      slow_fma(a[2], b[2], c[2]), slow_fma(a[3], b[3], c[3])};
}
MUONSCOPE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
    const Pack<double, 2> low = sum_in_double(a, b, c);
    const Pack<double, 2> high =
        sum_in_double(_mm_movehl_ps(a, a), _mm_movehl_ps(b, b), _mm_movehl_ps(c, c));
    if (round_once(low, high)) [[likely]]
        return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
    return fma_by_entry(a, b, c);
}

#endif

}  // namespace
}  // namespace muonscope::MUONSCOPE_AT
