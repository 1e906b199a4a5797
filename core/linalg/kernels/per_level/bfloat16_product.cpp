// Products of bfloat16 matrices by vectors of floats, to the bit as matrix units take them. Both
// factors are packed with the even terms of 32 before the odd ones, so that a tile is two chains of
// 16 multiply-adds after the other.

#include "core/linalg/kernels/per_level/mirror.h"
#include "core/linalg/kernels/per_level/rounding_mode.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

// A tile has at most so many registers of rows and so many columns.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile_vectors = 2, tile_cols = 12;
#elif defined(__AVX2__)
constexpr int tile_vectors = 2, tile_cols = 6;
#else
constexpr int tile_vectors = 2, tile_cols = 4;
#endif
constexpr Size tile_rows = tile_vectors * width<float>;
constexpr Size terms = 32, half = terms / 2;
constexpr Size block_depth = 256;  // of both factors that are read at once
constexpr Size block_rows = 512;

Size padded_depth(Size depth) {
    return round_up(depth, terms);
}

#if !defined(__x86_64__) || defined(__FMA__)

// a b + c, where a b has at most 16 bits.
template <bool is_ordinary>
MUONSCOPE_INLINE Vec<float> add_product(Vec<float> a, Vec<float> b, Vec<float> c) {
    return fma(a, b, c);
}
bool products_are_ordinary(const float* /*left*/, Size /*left_count*/, const float* /*right*/,
                           Size /*right_count*/) {
    return true;
}

#else

// Ordinary products are exact as floats; others as doubles, to which a sum of 24 bits is added
// without a rounding that matters.
template <bool is_ordinary>
MUONSCOPE_INLINE Vec<float> add_product(Vec<float> a, Vec<float> b, Vec<float> c) {
    if constexpr (is_ordinary) {
        return a * b + c;
    } else {
        const auto upper = [](Vec<float> x) { return _mm_cvtps_pd(_mm_movehl_ps(x, x)); };
        const __m128d low = _mm_cvtps_pd(a) * _mm_cvtps_pd(b) + _mm_cvtps_pd(c);
        const __m128d high = upper(a) * upper(b) + upper(c);
        return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
    }
}

struct Exponents {
    std::uint32_t least = 255, most = 0;
};
Exponents exponents_of(const float* numbers, Size count) {
    Exponents found;
    for (Size i = 0; i < count; ++i) {
        std::uint32_t bits = 0;
        __builtin_memcpy(&bits, numbers + i, sizeof bits);
        const std::uint32_t exponent = bits >> 23 & 0xff;
        if (exponent == 0) continue;
        found.least = smaller(found.least, exponent);
        found.most = larger(found.most, exponent);
    }
    return found;
}
// Whether each product of two numbers other than 0 is a normal one.
bool products_are_ordinary(const float* left, Size left_count, const float* right,
                           Size right_count) {
    constexpr std::uint32_t bias = 127;
    const Exponents l = exponents_of(left, left_count), r = exponents_of(right, right_count);
    return l.least + r.least > bias && l.most + r.most < 3 * bias - 2;
}

#endif

// Panels of rows, depth after depth; what is missing is zero.
void pack_left(const Bfloat16Task& task, float* to) {
    constexpr int w = width<float>;
    const Size depth = padded_depth(task.depth);
    for (Size i = 0; i < task.rows; i += tile_rows, to += depth * tile_rows) {
        const bool is_whole = i + tile_rows <= task.rows;
        for (Size k = 0; k < depth; ++k) {
            const float* const from = task.left + i + k * task.left_stride;
            float* const row = to + (k / terms * terms + k % 2 * half + k % terms / 2) * tile_rows;
            repeat<tile_vectors>([&](auto v) MUONSCOPE_INLINED {
                Vec<float> numbers{};
                const Size there = task.rows - i - v * w;
                if (k < task.depth && (is_whole || there >= w))
                    numbers = load<Vec<float>>(from + v * w);
                else if (k < task.depth && there > 0)
                    numbers = load_part(from + v * w, there);
                store(numbers, row + v * w);
            });
        }
    }
}

constexpr Size tile_width(Size cols) {
    if (tile_cols % 3 == 0 && cols == tile_cols / 3 * 4) return tile_cols / 3 * 2;
    for (const int at_most : {tile_cols, 8, 4, 2})
        if (at_most <= tile_cols && at_most <= cols) return at_most;
    return 1;
}

using Four = Pack<float, 4>;

// Four terms of four columns, to four rows: even terms, and odd ones further on.
template <int cols>
MUONSCOPE_INLINE void pack_four(const float* from, Size stride, float* to) {
    constexpr std::make_integer_sequence<int, 4> all_entries{};
    const auto a = load<Four>(from), b = load<Four>(from + stride),
               c = load<Four>(from + 2 * stride), d = load<Four>(from + 3 * stride);
    const auto ab = in_turn<false>(a, b, all_entries), cd = in_turn<false>(c, d, all_entries),
               ab_up = in_turn<true>(a, b, all_entries), cd_up = in_turn<true>(c, d, all_entries);
    store(pairs_in_turn<false>(ab, cd, all_entries), to);
    store(pairs_in_turn<true>(ab, cd, all_entries), to + half * cols);
    store(pairs_in_turn<false>(ab_up, cd_up, all_entries), to + cols);
    store(pairs_in_turn<true>(ab_up, cd_up, all_entries), to + (half + 1) * cols);
}
// Of two columns.
template <int cols>
MUONSCOPE_INLINE void pack_two(const float* from, Size stride, float* to) {
    constexpr std::make_integer_sequence<int, 4> all_entries{};
    const auto a = load<Four>(from), b = load<Four>(from + stride);
    const auto ab = in_turn<false>(a, b, all_entries), ab_up = in_turn<true>(a, b, all_entries);
    store(__builtin_shufflevector(ab, ab, 0, 1), to);
    store(__builtin_shufflevector(ab, ab, 2, 3), to + half * cols);
    store(__builtin_shufflevector(ab_up, ab_up, 0, 1), to + cols);
    store(__builtin_shufflevector(ab_up, ab_up, 2, 3), to + (half + 1) * cols);
}

template <int cols>
void pack_panel(const Bfloat16Task& task, Size col, float* to) {
    const Size stride = task.right_stride;
    const Size along = task.right_transposed ? 1 : stride,
               down = task.right_transposed ? stride : 1;
    const float* const from = task.right + col * along;
    for (Size first = 0; first < task.depth; first += terms, to += terms * cols) {
        Size k = 0;
        if (first + terms <= task.depth) {
            if (task.right_transposed) {
                for (; k < terms; ++k)
                    __builtin_memcpy(to + (k % 2 * half + k / 2) * cols, from + (first + k) * down,
                                     cols * sizeof(float));
            } else if constexpr (cols >= 2) {
                for (; k < terms; k += 4) {
                    constexpr int fours = cols / 4;
                    float* const rows = to + k / 2 * cols;
                    repeat<fours>([&](auto c) MUONSCOPE_INLINED {
                        pack_four<cols>(from + first + k + 4 * c * stride, stride, rows + 4 * c);
                    });
                    if constexpr (cols % 4 == 2)
                        pack_two<cols>(from + first + k + 4 * fours * stride, stride,
                                       rows + 4 * fours);
                }
            }
        }
        for (; k < terms; ++k)
            for (Size c = 0; c < cols; ++c)
                to[(k % 2 * half + k / 2) * cols + c] =
                    first + k < task.depth ? from[(first + k) * down + c * along] : 0.F;
    }
}

// Panels of columns likewise, as wide as the tiles that they are for.
void pack_right(const Bfloat16Task& task, float* to) {
    const Size depth = padded_depth(task.depth);
    for (Size j = 0; j < task.cols;) {
        const Size cols = tile_width(task.cols - j);
        if (cols == tile_cols)
            pack_panel<tile_cols>(task, j, to);
        else if (cols == 8)
            pack_panel<8>(task, j, to);
        else if (cols == 4)
            pack_panel<4>(task, j, to);
        else if (cols == 2)
            pack_panel<2>(task, j, to);
        else
            pack_panel<1>(task, j, to);
        to += cols * depth;
        j += cols;
    }
}

struct Tile {
    const float *left, *right;  // of one panel each
    Size count;                 // terms, whole times 32
    bool goes_on;               // from what is in the result
    float* result;
    Size result_stride, height;
};

template <bool is_ordinary, int vectors, int cols>
void multiply_tile(const Tile& tile) {
    constexpr int w = width<float>;
    const float *left = tile.left, *right = tile.right;
    Vec<float> totals[cols][vectors], even[cols][vectors];
    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
            const Size there = tile.height - v * w;
            const float* const from = tile.result + c * tile.result_stride + v * w;
            totals[c][v] = !tile.goes_on ? Vec<float>{}
                           : there >= w  ? load<Vec<float>>(from)
                                         : load_part(from, there);
        });
    });
    for (Size k = 0; k < tile.count; k += terms)
        for (int part = 0; part < 2; ++part) {
            Vec<float> sums[cols][vectors];
            repeat<cols>([&](auto c) MUONSCOPE_INLINED {
                repeat<vectors>([&](auto v) MUONSCOPE_INLINED { sums[c][v] = Vec<float>{}; });
            });
            for (Size i = 0; i < half; i += 4)
                repeat<4>([&](auto) MUONSCOPE_INLINED {
                    Vec<float> column[vectors];
                    repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
                        column[v] = load<Vec<float>>(left + v * w);
                    });
                    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
                        const Vec<float> factor = all(right[c]);
                        repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
                            sums[c][v] = add_product<is_ordinary>(column[v], factor, sums[c][v]);
                        });
                    });
                    left += tile_rows;
                    right += cols;
                    // Numbers of the next step do not wait in registers for this one.
                    asm("" : "+r"(left), "+r"(right));
                });
            repeat<cols>([&](auto c) MUONSCOPE_INLINED {
                repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
                    if (part == 0)
                        even[c][v] = sums[c][v];
                    else
                        totals[c][v] += even[c][v] + sums[c][v];
                });
            });
        }
    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
            const Size there = tile.height - v * w;
            float* const to = tile.result + c * tile.result_stride + v * w;
            if (there >= w)
                store(totals[c][v], to);
            else if (there > 0)
                store_part(totals[c][v], to, there);
        });
    });
}

template <bool is_ordinary, int vectors>
void multiply_rows(Size cols, const Tile& tile) {
    switch (cols) {
        case tile_cols:
            return multiply_tile<is_ordinary, vectors, tile_cols>(tile);
        case 2:
            return multiply_tile<is_ordinary, vectors, 2>(tile);
        case 1:
            return multiply_tile<is_ordinary, vectors, 1>(tile);
        default:
            break;
    }
    if constexpr (tile_cols > 8)
        if (cols == 8) return multiply_tile<is_ordinary, vectors, 8>(tile);
    if constexpr (tile_cols > 4)
        if (cols == 4) return multiply_tile<is_ordinary, vectors, 4>(tile);
}

template <bool is_ordinary>
[[gnu::noinline]] void multiply_packed(const Bfloat16Task& task, const float* left,
                                       const float* right) {
    const Size depth = padded_depth(task.depth);
    Tile tile{};
    tile.result_stride = task.result_stride;
    for (Size first = 0; first < depth; first += block_depth) {
        tile.count = smaller(block_depth, depth - first);
        tile.goes_on = first > 0;
        for (Size top = 0; top < task.rows; top += block_rows)
            for (Size j = 0; j < task.cols;) {
                const Size cols = tile_width(task.cols - j);
                tile.right = right + j * depth + first * cols;
                Size i = task.symmetric ? larger(top, j / tile_rows * tile_rows) : top;
                for (; i < smaller(task.rows, top + block_rows); i += tile_rows) {
                    tile.left = left + i * depth + first * tile_rows;
                    tile.height = task.rows - i;
                    tile.result = task.result + i + j * task.result_stride;
                    if (tile.height > width<float>)
                        multiply_rows<is_ordinary, 2>(cols, tile);
                    else
                        multiply_rows<is_ordinary, 1>(cols, tile);
                }
                j += cols;
            }
    }
}

void multiply(const Bfloat16Task& task) {
    const Size depth = padded_depth(task.depth), rows = round_up(task.rows, tile_rows);
    float* const left = aligned(task.space);
    float* const right = left + rows * depth;
    pack_left(task, left);
    pack_right(task, right);
    if (depth == 0)
        for (Size j = 0; j < task.cols; ++j)
            for (Size i = 0; i < task.rows; ++i) task.result[i + j * task.result_stride] = 0;
    {
        const RoundingMode mode(RoundingMode::flush_to_zero);
        if (products_are_ordinary(left, rows * depth, right, task.cols * depth))
            multiply_packed<true>(task, left, right);
        else
            multiply_packed<false>(task, left, right);
    }
    if (task.symmetric) mirror(task.result, task.cols, task.result_stride);
}

Size space(Size rows, Size depth, Size cols) {
    return (round_up(rows, tile_rows) + cols) * padded_depth(depth) + 16;
}

}  // namespace

void add_bfloat16_product(Kernels& table) {
    table.multiply_bfloat16 = multiply;
    table.bfloat16_space = space;
}

}  // namespace muonscope::MUONSCOPE_AT
