// What is done to every entry by itself: elementary functions and the steps of optimisers.

#include "core/base/exponential.h"
#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

using Doubles = Vec<double>;
using Words = Pack<std::int64_t, width<double>>;

// Where a register's numbers lie in every array: all of them there, or the first few at the end,
// beside which zeros are taken along.
struct Whole {
    Size first;
    MUONSCOPE_INLINE Doubles of(const double* array) const { return load<Doubles>(array + first); }
    MUONSCOPE_INLINE void put(Doubles value, double* array) const { store(value, array + first); }
};
struct End {
    Size first, count;
    MUONSCOPE_INLINE Doubles of(const double* array) const {
        double entries[width<double>] = {};
        for (Size i = 0; i < count; ++i) entries[i] = array[first + i];
        return load<Doubles>(entries);
    }
    MUONSCOPE_INLINE void put(Doubles value, double* array) const {
        double entries[width<double>];
        store(value, entries);
        for (Size i = 0; i < count; ++i) array[first + i] = entries[i];
    }
};

template <typename F>
MUONSCOPE_INLINE void for_each(Size count, const F& f) {
    Size i = 0;
    for (; i + width<double> <= count; i += width<double>) f(Whole{i});
    if (i < count) f(End{i, count - i});
}

MUONSCOPE_INLINE Doubles exact_root(Doubles x) {
#if defined(__AVX512F__)
    return _mm512_maskz_sqrt_pd(0xff, x);
#elif defined(__AVX2__)
    return _mm256_sqrt_pd(x);
#elif defined(__x86_64__)
    return _mm_sqrt_pd(x);
#else
    return vsqrtq_f64(x);
#endif
}

#if defined(__AVX512F__)

// The same without the divider, which quotients keep busy. Newton's steps for the root and half its
// inverse end at a y nearly always right; x - y^2 is exact then. Half a unit u, the smaller one
// beside y, is the most that the root may be away: |x - y^2| < y u, as both are multiples of u^2
// and u^2/4 is less. Where that fails, and where squares are not ordinary, the divider takes the
// root.
MUONSCOPE_INLINE Doubles root(Doubles x) {
    const Doubles start = _mm512_maskz_rsqrt14_pd(0xff, x);
    Doubles y = x * start, half = .5 * start;
    for (int i = 0; i < 2; ++i) {
        const Doubles miss = fma(-y, half, all(.5));
        y = fma(y, miss, y);
        half = fma(half, miss, half);
    }
    y = fma(fma(-y, y, x), half, y);
    constexpr std::int64_t exponent = 0x7ffLL << 52, least = 0x100LL << 52, most = 0x700LL << 52;
    const Words unit = (reinterpret_cast<Words>(y) - (1 + (52LL << 52))) & exponent;
    const Doubles limit = y * reinterpret_cast<Doubles>(unit), rest = fma(-y, y, x);
    const auto from_least = reinterpret_cast<__m512i>(reinterpret_cast<Words>(x) - least);
    const __mmask8 ordinary = _mm512_cmplt_epu64_mask(from_least, _mm512_set1_epi64(most - least));
    const __mmask8 right =
        _mm512_mask_cmp_pd_mask(ordinary, _mm512_abs_pd(rest), limit, _CMP_LT_OQ);
    return right == 0xff ? y : exact_root(x);
}

#else

MUONSCOPE_INLINE Doubles root(Doubles x) {
    return exact_root(x);
}

#endif

void apply_tanh(double* x, Size count) {
    for_each(count, [=](auto at) { at.put(exponential::tanh_of<Words>(at.of(x)), x); });
}

void apply_exp(double* x, Size count) {
    for_each(count, [=](auto at) { at.put(exponential::exp_of<Words>(at.of(x), Doubles{}), x); });
}

void add(const double* x, double* sum, Size count) {
    for_each(count, [=](auto at) { at.put(at.of(sum) + at.of(x), sum); });
}

void scale(double factor, const double* x, double* result, Size count) {
    for_each(count, [=](auto at) { at.put(factor * at.of(x), result); });
}

void momentum(const MomentumTask& task) {
    const double mu = task.mu, fresh = task.fresh, factor = task.factor;
    const double* const gradient = task.gradient;
    double *const buffer = task.buffer, *const result = task.result;
    const double of_gradient = task.of_gradient, of_buffer = task.of_buffer;
    for_each(task.count, [=](auto at) {
        const Doubles g = at.of(gradient);
        const Doubles kept = mu * at.of(buffer) + fresh * g;
        at.put(kept, buffer);
        if (!result) return;
        const Doubles part = of_buffer * kept;
        at.put(factor * (of_gradient == 0 ? part : of_gradient * g + part), result);
    });
}

void adam(const AdamTask& task) {
    const double fresh_1 = 1 - task.beta1, fresh_2 = 1 - task.beta2;
    const double step = -task.step, spread = task.spread, epsilon = task.epsilon;
    const double* const gradient = task.gradient;
    double *const first = task.first, *const second = task.second, *const result = task.result;
    for_each(task.count, [=](auto at) {
        const Doubles g = at.of(gradient), before = at.of(first), square = at.of(second);
        const Doubles m = before + fresh_1 * (g - before);
        const Doubles v = square + fresh_2 * (g * g - square);
        at.put(m, first);
        at.put(v, second);
        at.put(step * m / (spread * root(v) + epsilon), result);
    });
}

}  // namespace

void add_entries(Kernels& table) {
    table.tanh = apply_tanh;
    table.exp = apply_exp;
    table.add = add;
    table.scale = scale;
    table.momentum = momentum;
    table.adam = adam;
}

}  // namespace muonscope::MUONSCOPE_AT
