// Products of matrices. The right factor is packed into panels of a few columns, a block of which
// stays in the second cache; each panel of rows of the left one is packed, stays in the first cache
// and meets them all. Where packing would cost more than it saves, a factor is read in place.

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

// A tile of the result: `tile_vectors` registers of rows, `tile_cols` columns. With AVX2 8 x 6 or
// 16 x 6: twelve sums, and four registers for what they are made of.
#if defined(__AVX512F__)
constexpr int tile_vectors = 2, tile_cols = 12;
#elif defined(__AVX2__)
constexpr int tile_vectors = 2, tile_cols = 6;
#else
constexpr int tile_vectors = 2, tile_cols = 4;
#endif
template <typename T>
constexpr int tile_rows = tile_vectors* width<T>;

constexpr Size block_depth = 256;
constexpr Size block_cols = 8 * tile_cols;  // of the right factor that are packed at once
constexpr Size alignment = 64;

// What a tile reads: numbers of the left factor of which those of a column are contiguous, and of
// the right one, whose rows (by_row) or columns are contiguous; strides between the others.
template <typename T>
struct Factors {
    const T* left;
    Size left_stride;
    const T* right;
    Size right_stride, count;
};
// Where it goes. Only height x width lie within the result.
template <typename T>
struct Target {
    T alpha, beta;
    const T* other;
    Size other_stride;
    T* result;
    Size result_stride, height;
};

template <typename T>
MUONSCOPE_INLINE Vec<T> finish(Vec<T> sum, const Target<T>& to, const T* other) {
    sum = all(to.alpha) * sum;
    return other ? fma(all(to.beta), load<Vec<T>>(other), sum) : sum;
}

template <int vectors, int cols, bool by_row, typename T>
void multiply_tile(const Factors<T>& from, const Target<T>& to) {
    constexpr int w = width<T>;
    const T *left = from.left, *right = from.right;
    const Size left_stride = from.left_stride, right_stride = from.right_stride;
    Vec<T> sums[vectors * cols] = {};
    for (Size k = from.count; k > 0; --k) {
        Vec<T> column[vectors];
        repeat<vectors>([&](auto v) { column[v] = load<Vec<T>>(left + v * w); });
        repeat<cols>([&](auto c) {
            const Vec<T> factor = all(right[by_row ? Size(c) : c * right_stride]);
            repeat<vectors>([&](auto v) {
                sums[c * vectors + v] = fma(column[v], factor, sums[c * vectors + v]);
            });
        });
        left += left_stride;
        right += by_row ? right_stride : 1;
    }
    if (to.height >= vectors * w) {
        repeat<cols>([&](auto c) {
            repeat<vectors>([&](auto v) {
                const T* other = to.other ? to.other + c * to.other_stride + v * w : nullptr;
                store(finish(sums[c * vectors + v], to, other),
                      to.result + c * to.result_stride + v * w);
            });
        });
        return;
    }
    // The last vector of each column ends below the result.
    repeat<cols>([&](auto c) {
        repeat<vectors>([&](auto v) {
            const Size there = smaller<Size>(w, to.height - v * w);
            const T* other = to.other ? to.other + c * to.other_stride + v * w : nullptr;
            T* const result = to.result + c * to.result_stride + v * w;
            T added[w] = {}, entries[w];
            if (other)
                for (Size i = 0; i < there; ++i) added[i] = other[i];
            store(finish(sums[c * vectors + v], to, other ? added : nullptr), entries);
            for (Size i = 0; i < there; ++i) result[i] = entries[i];
        });
    });
}

template <int vectors, bool by_row, typename T, int cols = tile_cols>
MUONSCOPE_INLINE void multiply_cols(Size there, const Factors<T>& from, const Target<T>& to) {
    if (there >= cols)
        multiply_tile<vectors, cols, by_row>(from, to);
    else if constexpr (cols > 1)
        multiply_cols<vectors, by_row, T, cols - 1>(there, from, to);
}

template <bool by_row, typename T>
void multiply_rows(Size cols, const Factors<T>& from, const Target<T>& to) {
    if (to.height > width<T>)
        multiply_cols<2, by_row>(cols, from, to);
    else
        multiply_cols<1, by_row>(cols, from, to);
}

// Rows of the left factor, `count` columns from its column `first`, next to each other; rows that
// are missing are zero.
template <typename T>
void pack_left(const ProductTask<T>& task, Size row, Size height, Size first, Size count, T* to) {
    constexpr Size rows = tile_rows<T>;
    const Size there = smaller(rows, height);
    if (!task.left_transposed) {
        const T* from = task.left + row + first * task.left_stride;
        for (Size k = 0; k < count; ++k, from += task.left_stride, to += rows)
            if (there == rows)
                repeat<tile_vectors>(
                    [&](auto v) { store(load<Vec<T>>(from + v * width<T>), to + v * width<T>); });
            else
                for (Size i = 0; i < rows; ++i) to[i] = i < there ? from[i] : T(0);
        return;
    }
    const T* from = task.left + first + row * task.left_stride;
    for (Size k = 0; k < count; ++k, to += rows)
        for (Size i = 0; i < rows; ++i) to[i] = i < there ? from[k + i * task.left_stride] : T(0);
}

// Columns of the right factor, likewise, row after row; the last panel is as narrow as it must be.
template <typename T>
void pack_right(const ProductTask<T>& task, Size col, Size cols, Size first, Size count, T* to) {
    for (Size j = 0; j < cols; j += tile_cols) {
        const Size there = smaller<Size>(tile_cols, cols - j);
        const T* from = task.right_transposed ? task.right + col + j + first * task.right_stride
                                              : task.right + first + (col + j) * task.right_stride;
        const Size along = task.right_transposed ? 1 : task.right_stride,
                   down = task.right_transposed ? task.right_stride : 1;
        for (Size k = 0; k < count; ++k, from += down, to += there)
            for (Size c = 0; c < there; ++c) to[c] = from[c * along];
    }
}

template <typename T>
T* aligned(T* space) {
    const auto address = reinterpret_cast<std::uintptr_t>(space);
    return space + (-address % alignment) / sizeof(T);
}

// The upper triangle from the lower one.
template <typename T>
void mirror(const ProductTask<T>& task) {
    for (Size j = 1; j < task.cols; ++j)
        for (Size i = 0; i < j; ++i)
            task.result[i + j * task.result_stride] = task.result[j + i * task.result_stride];
}

template <typename T>
void multiply_block(const ProductTask<T>& task, Size first, Size count, Target<T> target) {
    constexpr Size near = 1024 / sizeof(T);
    const bool packs_left = task.left_transposed || task.left_stride > near;
    const bool packs_right = task.right_stride > near || task.rows > 16 * tile_rows<T>;
    T* const left_space = aligned(task.space);
    T* const right_space = left_space + tile_rows<T> * block_depth;
    Factors<T> from{};
    from.count = count;
    for (Size col = 0; col < task.cols; col += block_cols) {
        const Size cols = smaller(block_cols, task.cols - col);
        if (packs_right) pack_right(task, col, cols, first, count, right_space);
        for (Size row = 0; row < task.rows; row += tile_rows<T>) {
            target.height = task.rows - row;
            const Size end = task.symmetric ? smaller(cols, row + tile_rows<T> - col) : cols;
            if (end <= 0) continue;
            if (packs_left || target.height % width<T> != 0) {
                pack_left(task, row, target.height, first, count, left_space);
                from.left = left_space;
                from.left_stride = tile_rows<T>;
            } else {
                from.left = task.left + row + first * task.left_stride;
                from.left_stride = task.left_stride;
            }
            for (Size j = 0; j < end; j += tile_cols) {
                const Size width = smaller<Size>(tile_cols, cols - j);
                Target<T> to = target;
                to.result += row + (col + j) * task.result_stride;
                if (to.other) to.other += row + (col + j) * to.other_stride;
                if (packs_right) {
                    from.right = right_space + j * count;
                    from.right_stride = width;
                    multiply_rows<true>(width, from, to);
                } else if (task.right_transposed) {
                    from.right = task.right + col + j + first * task.right_stride;
                    from.right_stride = task.right_stride;
                    multiply_rows<true>(width, from, to);
                } else {
                    from.right = task.right + first + (col + j) * task.right_stride;
                    from.right_stride = task.right_stride;
                    multiply_rows<false>(width, from, to);
                }
            }
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
    if (task.symmetric) mirror(task);
}

Size product_space(Size rows, Size depth, Size cols) {
    static_cast<void>(rows);
    static_cast<void>(cols);
    static_cast<void>(depth);
    return block_depth * (tile_rows<float> + block_cols) + alignment;
}

}  // namespace

void add_products(Kernels& table) {
    table.multiply_doubles = multiply<double>;
    table.multiply_floats = multiply<float>;
    table.product_space = product_space;
}

}  // namespace muonscope::MUONSCOPE_AT
