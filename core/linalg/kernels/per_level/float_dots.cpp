// Inner products of rows of floats (kernels.h). Both factors are read where they stand: a tile of
// rows meets a tile of columns, which stay in the first cache while they meet a block of rows. One
// column alone is a stream through the rows, as fast as the memory gives them.

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

using Floats = Vec<float>;
constexpr int partial_sums = 16;
constexpr int registers = partial_sums / width<float>;

// As many sums as leave registers for a row of the tile and a number of a column.
#if defined(__AVX512F__)
constexpr int tile_rows = 4, tile_cols = 6;
#elif defined(__aarch64__)
constexpr int tile_rows = 2, tile_cols = 3;
#elif defined(__AVX2__)
constexpr int tile_rows = 2, tile_cols = 3;
#else
constexpr int tile_rows = 2, tile_cols = 1;
#endif
// Of a column alone: so many streams are read side by side.
constexpr int stream_rows = vector_bytes > 32 ? 8 : vector_bytes > 16 ? 6 : 2;
constexpr Size block_bytes = 256 * 1024;  // of rows, within the second cache

// The second half of the entries onto the first, until one is left.
template <int n, int... i>
MUONSCOPE_INLINE Pack<float, n / 2> folded(Pack<float, n> x,
                                           std::integer_sequence<int, i...> /*half*/) {
    return __builtin_shufflevector(x, x, i...) + __builtin_shufflevector(x, x, (i + n / 2)...);
}
template <int n>
MUONSCOPE_INLINE float halved(Pack<float, n> x) {
    if constexpr (n == 2)
        return x[0] + x[1];
    else
        return halved<n / 2>(folded<n>(x, std::make_integer_sequence<int, n / 2>{}));
}
template <int n>
MUONSCOPE_INLINE Floats folded_registers(const Floats (&sums)[n]) {
    if constexpr (n == 1) {
        return sums[0];
    } else {
        Floats half[n / 2];
        repeat<n / 2>([&](auto v) MUONSCOPE_INLINED { half[v] = sums[v] + sums[v + n / 2]; });
        return folded_registers(half);
    }
}

template <int rows, int cols>
void multiply_tile(const FloatDotsTask& task, Size row, Size col) {
    const float* const left = task.left + row * task.left_stride;
    const float* const right = task.right + col * task.right_stride;
    Floats sums[cols][rows][registers];
    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
        repeat<rows>([&](auto r) MUONSCOPE_INLINED {
            repeat<registers>([&](auto v) MUONSCOPE_INLINED { sums[c][r][v] = Floats{}; });
        });
    });
    // Rows and columns as `read` sees them.
    const auto add = [&](const auto& read) MUONSCOPE_INLINED {
        repeat<registers>([&](auto v) MUONSCOPE_INLINED {
            Floats of_rows[rows];
            repeat<rows>([&](auto r) MUONSCOPE_INLINED {
                of_rows[r] = read(left + r * task.left_stride, v * Size(width<float>));
            });
            repeat<cols>([&](auto c) MUONSCOPE_INLINED {
                const Floats of_col = read(right + c * task.right_stride, v * Size(width<float>));
                repeat<rows>([&](auto r) MUONSCOPE_INLINED {
                    sums[c][r][v] = fma(of_rows[r], of_col, sums[c][r][v]);
                });
            });
        });
    };
    constexpr int ahead = 16;
    Size i = 0;
    for (; i + partial_sums <= task.depth; i += partial_sums) {
        // Rows that come soon are asked for while these are added: with as many rows at once
        // the processor does not guess where they go on.
        if constexpr (cols == 1)
            repeat<rows>([&](auto r) MUONSCOPE_INLINED {
                __builtin_prefetch(left + (r + ahead) * task.left_stride + i);
            });
        add([&](const float* from, Size at)
                MUONSCOPE_INLINED { return load<Floats>(from + i + at); });
    }
    if (i < task.depth)
        add([&](const float* from, Size at) MUONSCOPE_INLINED {
            const Size there = smaller<Size>(task.depth - i - at, width<float>);
            return there > 0 ? load_part(from + i + at, there) : Floats{};
        });
    repeat<cols>([&](auto c) MUONSCOPE_INLINED {
        repeat<rows>([&](auto r) MUONSCOPE_INLINED {
            task.result[row + r + (col + c) * task.result_stride] =
                halved<width<float>>(folded_registers(sums[c][r]));
        });
    });
}

// A column tile against rows from `row` to `end`.
template <int rows, int cols>
void multiply_rows(const FloatDotsTask& task, Size row, Size end, Size col) {
    for (; row + rows <= end; row += rows) multiply_tile<rows, cols>(task, row, col);
    for (; row < end; ++row) multiply_tile<1, cols>(task, row, col);
}

// Columns that are left over, fewer than a whole tile.
template <int cols>
void multiply_rest(const FloatDotsTask& task, Size row, Size end, Size col, Size left) {
    if constexpr (cols > 0) {
        if (left == cols)
            multiply_rows<tile_rows, cols>(task, row, end, col);
        else
            multiply_rest<cols - 1>(task, row, end, col, left);
    }
}

void float_dots(const FloatDotsTask& task) {
    if (task.cols == 1) return multiply_rows<stream_rows, 1>(task, 0, task.rows, 0);
    const Size bytes = larger<Size>(task.depth, 1) * static_cast<Size>(sizeof(float));
    const Size block = larger<Size>(block_bytes / bytes / tile_rows, 1) * tile_rows;
    for (Size row = 0; row < task.rows; row += block) {
        const Size end = smaller(row + block, task.rows);
        Size col = 0;
        for (; col + tile_cols <= task.cols; col += tile_cols)
            multiply_rows<tile_rows, tile_cols>(task, row, end, col);
        multiply_rest<tile_cols - 1>(task, row, end, col, task.cols - col);
    }
}

// ---- Rows added with weights ----

constexpr int held = vector_bytes > 16 ? 4 : 2;  // registers of the result at once

template <int vectors>
void combine(const FloatRowsTask& task, Size first) {
    Floats sums[vectors];
    repeat<vectors>([&](auto v) MUONSCOPE_INLINED { sums[v] = Floats{}; });
    const float* x = task.x + first;
    for (Size i = 0; i < task.rows; ++i, x += task.stride) {
        const Floats weight = all(task.weights[i]);
        repeat<vectors>([&](auto v) MUONSCOPE_INLINED {
            sums[v] = fma(weight, load<Floats>(x + v * width<float>), sums[v]);
        });
    }
    repeat<vectors>(
        [&](auto v) MUONSCOPE_INLINED { store(sums[v], task.result + first + v * width<float>); });
}

void combine_float_rows(const FloatRowsTask& task) {
    constexpr Size w = width<float>;
    Size j = 0;
    for (; j + held * w <= task.count; j += held * w) combine<held>(task, j);
    for (; j + w <= task.count; j += w) combine<1>(task, j);
    if (j == task.count) return;
    Floats sum{};
    for (Size i = 0; i < task.rows; ++i)
        sum =
            fma(all(task.weights[i]), load_part(task.x + j + i * task.stride, task.count - j), sum);
    store_part(sum, task.result + j, task.count - j);
}

}  // namespace

void add_float_dots(Kernels& table) {
    table.float_dots = float_dots;
    table.combine_float_rows = combine_float_rows;
}

}  // namespace muonscope::MUONSCOPE_AT
