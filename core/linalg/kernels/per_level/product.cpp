// Products of matrices. A block of the left factor is packed, panel of rows after panel, and stays
// in the second cache; a panel of a few columns of the right one stays in the first while it meets
// them all. Factors are read in place where packing would cost more than it saves. None of this
// changes the order in which an entry's sum is taken.

#include "core/linalg/kernels/per_level/mirror.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

// A tile of the result: up to tile_vectors registers of rows, tile_cols columns. As many sums as
// leave a register for each of the vectors of the left factor and one or two for the right one's.
#if defined(__AVX512F__)
constexpr int tile_vectors = 2, tile_cols = 12;
constexpr Size block_bytes = 512 * 1024;
#elif defined(__aarch64__)
constexpr int tile_vectors = 2, tile_cols = 12;
constexpr Size block_bytes = 192 * 1024;
#elif defined(__AVX2__)
constexpr int tile_vectors = 2, tile_cols = 6;
constexpr Size block_bytes = 192 * 1024;
#else
constexpr int tile_vectors = 2, tile_cols = 4;
constexpr Size block_bytes = 128 * 1024;
#endif
template <typename T>
constexpr Size tile_rows = tile_vectors* width<T>;

constexpr Size block_depth = 256;
// Of the left factor that are packed at once.
template <typename T>
constexpr Size block_rows = block_bytes / (block_depth * static_cast<Size>(sizeof(T)));

// Tiles are as wide as can be, then 8, 4, 2 and 1: few kernels for any number of columns. Two tiles
// of two thirds are better than a whole one and one of a third, whose few sums wait for each other.
constexpr Size tile_width(Size cols) {
    if (tile_cols % 3 == 0 && cols == tile_cols / 3 * 4) return tile_cols / 3 * 2;
    for (const int width : {tile_cols, 8, 4, 2})
        if (width <= tile_cols && width <= cols) return width;
    return 1;
}

// What a tile reads: numbers of the left factor, those of a column side by side, and of the right
// one, those of a row (by_row) or of a column side by side; the strides are between the others.
template <typename T>
struct Factors {
    const T* left;
    Size left_stride;
    const T* right;
    Size right_stride, count;
};
// Where it goes. Only `height` rows lie within the result.
template <typename T>
struct Target {
    T alpha, beta;
    const T* other;
    Size other_stride;
    T* result;
    Size result_stride, height;
};

// Not to be seen through: the compiler would keep every multiple of a stride in a register of its
// own, and has too few.
template <typename T>
MUONSCOPE_INLINE void step(const T*& pointer, Size numbers) {
    pointer += numbers;
    asm("" : "+r"(pointer));
}

template <int vectors, int cols, bool by_row, typename T>
void multiply_tile(const Factors<T>& from, const Target<T>& to) {
    constexpr int w = width<T>;
    constexpr int group = by_row ? tile_cols : 3;  // columns that share a pointer
    constexpr int groups = (cols + group - 1) / group;
    const T* left = from.left;
    const T* right[groups];
    const Size left_stride = from.left_stride, right_stride = from.right_stride;
    repeat<groups>([&](auto g) MUONSCOPE_INLINED {
        right[g] = from.right;
        step(right[g], group * g * right_stride);
    });
    // Here while a long tile is computed.
    if (from.count > 64)
        repeat<cols>([&](auto c) MUONSCOPE_INLINED {
            constexpr Size line = 64 / static_cast<Size>(sizeof(T)), height = vectors * w;
            const T* const column = to.result + c * to.result_stride;
            repeat<height / line>(
                [&](auto i) MUONSCOPE_INLINED { __builtin_prefetch(column + i * line, 1); });
            __builtin_prefetch(column + height - 1, 1);
        });
    Vec<T> sums[cols][vectors];
    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED { sums[c][v] = Vec<T>{}; });
    });
    const auto add = [&](auto) MUONSCOPE_INLINED {
        Vec<T> column[vectors];
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED { column[v] = load<Vec<T>>(left + v * w); });
        repeat<cols>([&](auto c) MUONSCOPE_INLINED {
            constexpr int g = decltype(c)::value / group, offset = decltype(c)::value % group;
            const Vec<T> factor = all(right[g][by_row ? Size(offset) : offset * right_stride]);
            repeat<vectors>(
                [&](auto v) MUONSCOPE_INLINED { sums[c][v] = fma(column[v], factor, sums[c][v]); });
        });
        step(left, left_stride);
        repeat<groups>([&](auto g)
                           MUONSCOPE_INLINED { step(right[g], by_row ? right_stride : 1); });
    };
    constexpr int at_once = 4;
    Size k = from.count;
    for (; k >= at_once; k -= at_once) repeat<at_once>(add);
    for (; k > 0; --k) add(Constant<0>{});

    const Vec<T> alpha = all(to.alpha), beta = all(to.beta);
    const auto finish = [&](const auto& put) MUONSCOPE_INLINED {
        repeat<cols>([&](auto c) MUONSCOPE_INLINED {
            repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
                put(sums[c][v], c * to.result_stride + v * w, c * to.other_stride + v * w,
                    to.height - v * w);
            });
        });
    };
    const bool is_whole = to.height >= vectors * w;
    if (is_whole && !to.other && to.alpha == 1)
        finish([&](Vec<T> sum, Size at, Size, Size)
                   MUONSCOPE_INLINED { store(sum, to.result + at); });
    else if (is_whole && !to.other)
        finish([&](Vec<T> sum, Size at, Size, Size)
                   MUONSCOPE_INLINED { store(alpha * sum, to.result + at); });
    else if (is_whole)
        finish([&](Vec<T> sum, Size at, Size other, Size) MUONSCOPE_INLINED {
            store(fma(beta, load<Vec<T>>(to.other + other), alpha * sum), to.result + at);
        });
    else
        finish([&](Vec<T> sum, Size at, Size other, Size there) MUONSCOPE_INLINED {
            there = smaller<Size>(there, w);
            Vec<T> entries = alpha * sum;
            if (to.other) entries = fma(beta, load_part(to.other + other, there), entries);
            store_part(entries, to.result + at, there);
        });
}

template <int vectors, bool by_row, typename T>
void multiply_rows(Size cols, const Factors<T>& from, const Target<T>& to) {
    switch (cols) {
        case tile_cols:
            return multiply_tile<vectors, tile_cols, by_row>(from, to);
        case 2:
            return multiply_tile<vectors, 2, by_row>(from, to);
        case 1:
            return multiply_tile<vectors, 1, by_row>(from, to);
        default:
            break;
    }
    if constexpr (tile_cols > 8)
        if (cols == 8) return multiply_tile<vectors, 8, by_row>(from, to);
    if constexpr (tile_cols > 4)
        if (cols == 4) return multiply_tile<vectors, 4, by_row>(from, to);
}

// Vectors of lanes of 16 bytes, within which numbers are exchanged faster than across.
template <typename T>
constexpr int lane = 16 / static_cast<int>(sizeof(T));
template <typename T>
using Lane = Pack<T, lane<T>>;
#if defined(__AVX2__)
constexpr int pack_lanes = 2;
#else
constexpr int pack_lanes = 1;
#endif
template <typename T>
using Lanes = Pack<T, pack_lanes * lane<T>>;

// A lane of each column, first, first + lane ...; `stride` between neighbouring columns. The
// compiler would read both lanes and exchange them between registers.
template <typename T>
MUONSCOPE_INLINE Lanes<T> load_lanes(const T* from, [[maybe_unused]] Size stride) {
#if defined(__AVX2__)
    const auto high = load<__m128>(from + lane<T> * stride);
    const __m256 low = _mm256_castps128_ps256(load<__m128>(from));
    return reinterpret_cast<Lanes<T>>(_mm256_insertf128_ps(low, high, 1));
#else
    return load<Lane<T>>(from);
#endif
}

// to[k height + r] = from[k + r stride] for k < lane and r < pack_lanes lane.
template <typename T>
MUONSCOPE_INLINE void transpose_lanes(const T* from, Size stride, T* to, Size height) {
    constexpr std::make_integer_sequence<int, pack_lanes * lane<T>> all_entries{};
    if constexpr (lane<T> == 2) {
        const Lanes<T> even = load_lanes(from, stride), odd = load_lanes(from + stride, stride);
        store(in_turn<false>(even, odd, all_entries), to);
        store(in_turn<true>(even, odd, all_entries), to + height);
    } else {
        const Lanes<T> a = load_lanes(from, stride), b = load_lanes(from + stride, stride),
                       c = load_lanes(from + 2 * stride, stride),
                       d = load_lanes(from + 3 * stride, stride);
        const Lanes<T> ab = in_turn<false>(a, b, all_entries),
                       cd = in_turn<false>(c, d, all_entries);
        store(pairs_in_turn<false>(ab, cd, all_entries), to);
        store(pairs_in_turn<true>(ab, cd, all_entries), to + height);
        const Lanes<T> ab_up = in_turn<true>(a, b, all_entries),
                       cd_up = in_turn<true>(c, d, all_entries);
        store(pairs_in_turn<false>(ab_up, cd_up, all_entries), to + 2 * height);
        store(pairs_in_turn<true>(ab_up, cd_up, all_entries), to + 3 * height);
    }
}

// Columns in memory may be a page from each other, and all of them meet in one place of the cache:
// of few at once a whole line is read, and of rows so many bytes, before their neighbours drive
// them out.
constexpr Size line_bytes = 64, run_bytes = 256;

// One panel of what pack_left makes, from columns in memory that are rows of the factor.
template <typename T>
void pack_columns(const T* from, Size stride, Size there, Size count, T* to) {
    constexpr Size height = tile_rows<T>, at_once = pack_lanes * lane<T>;
    constexpr Size line = line_bytes / static_cast<Size>(sizeof(T));
    const auto by_entry = [&](Size k, Size r, Size end) {
        for (; r < end; ++r) to[r + k * height] = r < there ? from[k + r * stride] : T(0);
    };
    Size k = 0;
    if (there >= height) {
        for (; k + line <= count; k += line) {
            const T* rows = from + k;
            repeat<height / at_once>([&](auto r) MUONSCOPE_INLINED {
                repeat<line / lane<T>>([&](auto i) MUONSCOPE_INLINED {
                    const Size offset = i * lane<T>;
                    transpose_lanes(rows + offset, stride, to + (k + offset) * height + r * at_once,
                                    height);
                });
                step(rows, at_once * stride);
            });
        }
    } else {
        // A tile reads whole vectors.
        const Size in_lanes = there / at_once * at_once, end = round_up(there, width<T>);
        for (; k + lane<T> <= count; k += lane<T>) {
            for (Size r = 0; r < in_lanes; r += at_once)
                transpose_lanes(from + k + r * stride, stride, to + r + k * height, height);
            if (in_lanes < end)
                for (Size i = k; i < k + lane<T>; ++i) by_entry(i, in_lanes, end);
        }
    }
    for (; k < count; ++k) by_entry(k, 0, height);
}

// So many whole panels of what pack_left makes, from rows of the factor.
template <int panels, typename T>
void pack_rows(const T* from, Size stride, Size count, T* to) {
    constexpr Size w = width<T>, height = tile_rows<T>;
    for (Size k = 0; k < count; ++k)
        repeat<panels * tile_vectors>([&](auto v) MUONSCOPE_INLINED {
            constexpr Size panel = decltype(v)::value / tile_vectors;
            constexpr Size row = decltype(v)::value % tile_vectors * w;
            store(load<Vec<T>>(from + k * stride + v * w), to + (panel * count + k) * height + row);
        });
}

// Rows of the left factor, `count` columns of it from `first`, in panels as high as a tile; rows
// that are missing at the end are zero.
template <typename T>
void pack_left(const ProductTask<T>& task, Size row, Size rows, Size first, Size count, T* to) {
    constexpr Size w = width<T>, height = tile_rows<T>;
    constexpr int panels = run_bytes / (tile_vectors * vector_bytes);
    const Size stride = task.left_stride;
    for (Size i = 0, next = 0; i < rows; to += count * (next - i), i = next) {
        next = i + height;
        if (task.left_transposed) {
            pack_columns(task.left + first + (row + i) * stride, stride, rows - i, count, to);
            continue;
        }
        const T* from = task.left + row + i + first * stride;
        if (rows - i >= panels * height) {
            pack_rows<panels>(from, stride, count, to);
            next = i + panels * height;
            continue;
        }
        if (rows - i >= height) {
            pack_rows<1>(from, stride, count, to);
            continue;
        }
        for (Size v = 0; v < height; v += w) {
            const Size there = smaller(w, rows - i - v);
            for (Size k = 0; k < count; ++k)
                store(there > 0 ? load_part(from + k * stride + v, there) : Vec<T>{},
                      to + k * height + v);
        }
    }
}

// Four columns of the right factor, or two, of as many rows.
template <int cols, int n, typename T>
MUONSCOPE_INLINE void pack_square(const T* from, Size stride, T* to) {
    using Few = Pack<T, cols>;
    Few square[cols];
    repeat<cols>([&](auto r) MUONSCOPE_INLINED { square[r] = load<Few>(from + r * stride); });
    transpose(square);
    repeat<cols>([&](auto r) MUONSCOPE_INLINED { store(square[r], to + r * n); });
}

// n columns of the right factor, `count` rows, row after row.
template <int n, typename T>
void pack_panel(const T* from, Size stride, bool transposed, Size count, T* to) {
    if (transposed) {
        for (Size k = 0; k < count; ++k)
            __builtin_memcpy(to + k * n, from + k * stride, n * sizeof(T));
        return;
    }
    Size k = 0;
    if constexpr (n % 2 == 0) {
        constexpr int cols = n % 4 == 0 ? 4 : 2;
        constexpr Size line = line_bytes / static_cast<Size>(sizeof(T));
        for (; k + line <= count; k += line)
            for (Size c = 0; c < n; c += cols)
                repeat<line / cols>([&](auto i) MUONSCOPE_INLINED {
                    pack_square<cols, n>(from + k + i * cols + c * stride, stride,
                                         to + (k + i * cols) * n + c);
                });
        for (; k + cols <= count; k += cols)
            for (Size c = 0; c < n; c += cols)
                pack_square<cols, n>(from + k + c * stride, stride, to + k * n + c);
    }
    for (; k < count; ++k)
        for (Size c = 0; c < n; ++c) to[k * n + c] = from[k + c * stride];
}

// So many panels of what pack_right makes, all as wide as can be, from columns of its transpose.
template <int panels, typename T>
void pack_wide(const T* from, Size stride, Size count, T* to) {
    constexpr Size n = tile_cols;
    for (Size k = 0; k < count; ++k)
        repeat<panels>([&](auto i) MUONSCOPE_INLINED {
            __builtin_memcpy(to + (i * count + k) * n, from + k * stride + i * n, n * sizeof(T));
        });
}

// All columns of the right factor in panels as wide as tiles.
template <typename T>
void pack_right(const ProductTask<T>& task, Size first, Size count, T* to) {
    constexpr int panels = run_bytes / (tile_cols * static_cast<int>(sizeof(T)));
    const Size stride = task.right_stride;
    for (Size j = 0; j < task.cols;) {
        const T* from =
            task.right + (task.right_transposed ? j + first * stride : first + j * stride);
        T* const panel = to + j * count;
        if (task.right_transposed && task.cols - j > (panels + 1) * tile_cols) {
            pack_wide<panels>(from, stride, count, panel);
            j += panels * tile_cols;
            continue;
        }
        const Size cols = tile_width(task.cols - j);
        if (cols == tile_cols)
            pack_panel<tile_cols>(from, stride, task.right_transposed, count, panel);
        else if (cols == 8)
            pack_panel<8>(from, stride, task.right_transposed, count, panel);
        else if (cols == 4)
            pack_panel<4>(from, stride, task.right_transposed, count, panel);
        else if (cols == 2)
            pack_panel<2>(from, stride, task.right_transposed, count, panel);
        else
            pack_panel<1>(from, stride, task.right_transposed, count, panel);
        j += cols;
    }
}

template <typename T>
void multiply_block(const ProductTask<T>& task, Size first, Size count, const Target<T>& target) {
    // A panel that is read more than twice is worth packing where its lines would meet in few
    // places of the cache.
    constexpr auto bytes = static_cast<Size>(sizeof(T));
    constexpr Size near_columns = 512, near_rows = 2048, small = 128 * 1024;
    const bool packs_left = task.left_transposed ||
                            (task.left_stride * bytes > near_columns && task.cols > 2 * tile_cols);
    const bool is_near =
        task.right_stride * bytes <= (task.right_transposed ? near_columns : near_rows);
    const bool packs_right = !is_near && task.rows > 2 * tile_rows<T>;
    T* const left_space = aligned(task.space);
    T* const right_space =
        left_space + smaller(round_up(task.rows, tile_rows<T>), block_rows<T>) * count;
    if (packs_right) pack_right(task, first, count, right_space);
    const bool by_row = packs_right || task.right_transposed;

    Factors<T> from{};
    from.count = count;
    // Beside a small right factor a panel of the left one is packed and met by all of it at once.
    const Size rows_at_once =
        packs_left && task.cols * count * bytes <= small ? tile_rows<T> : block_rows<T>;
    for (Size top = 0; top < task.rows; top += rows_at_once) {
        const Size rows = smaller(rows_at_once, task.rows - top);
        // Rows from here on are packed: those of a tile that is not full always.
        const Size packed =
            packs_left ? 0 : rows / width<T> * width<T> / tile_rows<T> * tile_rows<T>;
        const Size in_place =
            packs_left || rows % width<T> != 0 ? packed : round_up(rows, width<T>);
        if (in_place < rows)
            pack_left(task, top + in_place, rows - in_place, first, count, left_space);
        for (Size j = 0; j < task.cols;) {
            const Size cols = tile_width(task.cols - j);
            if (packs_right) {
                from.right = right_space + j * count;
                from.right_stride = cols;
            } else {
                from.right_stride = task.right_stride;
                from.right = task.right + (by_row ? j + first * task.right_stride
                                                  : first + j * task.right_stride);
            }
            // A symmetric result from the vector that the diagonal is in.
            Size i = task.symmetric && j > top ? (j - top) / width<T> * width<T> : 0;
            for (Size next = 0; i < rows; i = next) {
                const Size panel = i / tile_rows<T> * tile_rows<T>;
                next = panel + tile_rows<T>;
                if (panel < in_place) {
                    from.left = task.left + top + i + first * task.left_stride;
                    from.left_stride = task.left_stride;
                } else {
                    from.left = left_space + (panel - in_place) * count + (i - panel);
                    from.left_stride = tile_rows<T>;
                }
                Target<T> to = target;
                to.height = smaller(rows, next) - i;
                to.result += top + i + j * task.result_stride;
                if (to.other) to.other += top + i + j * to.other_stride;
                if (to.height > width<T>) {
                    if (by_row)
                        multiply_rows<2, true>(cols, from, to);
                    else
                        multiply_rows<2, false>(cols, from, to);
                } else {
                    if (by_row)
                        multiply_rows<1, true>(cols, from, to);
                    else
                        multiply_rows<1, false>(cols, from, to);
                }
            }
            j += cols;
        }
    }
}

template <typename T>
void multiply(const ProductTask<T>& task) {
    Target<T> target{};
    target.alpha = task.alpha;
    target.result = task.result;
    target.result_stride = task.result_stride;
    target.beta = task.beta;
    target.other = task.other;
    target.other_stride = task.other_stride;
    Size first = 0;
    do {
        multiply_block(task, first, smaller(block_depth, task.depth - first), target);
        first += block_depth;
        // Later blocks are added to what is there.
        target.beta = 1;
        target.other = task.result;
        target.other_stride = task.result_stride;
    } while (first < task.depth);
    if (task.symmetric) mirror(task.result, task.cols, task.result_stride);
}

// Of numbers of either kind; the right factor is packed where it has many rows.
Size product_space(Size rows, Size depth, Size cols) {
    const Size count = smaller(depth, block_depth);
    const Size right = rows > 2 * tile_rows<double> ? cols : 0;
    constexpr Size to_align = 16;
    return count * (smaller(round_up(rows, tile_rows<float>), block_rows<float>) + right) +
           to_align;
}

}  // namespace

void add_products(Kernels& table) {
    table.multiply_doubles = multiply<double>;
    table.multiply_floats = multiply<float>;
    table.product_space = product_space;
}

}  // namespace muonscope::MUONSCOPE_AT
