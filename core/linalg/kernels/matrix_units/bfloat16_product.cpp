// Products of bfloat16 matrices by the processor's matrix units (AMX): tiles of 16 x 16 pairs of
// numbers that follow each other in the sum.

#include "core/linalg/kernels/per_level/mirror.h"

namespace muonscope::at_amx {
namespace {

constexpr Size side = 16;                // of a tile
constexpr Size tile_size = side * side;  // pairs
constexpr Size tile_depth = 2 * side;    // terms
constexpr Size block = 2 * side;         // rows and columns of the four tiles taken at once
constexpr Size near = 1 << 18;           // numbers of the left factor that stay in the second cache

Size blocks(Size size) {
    return (size + block - 1) / block;
}

// Tile (b, k) of a factor with `depth` terms: row or column block b, terms from 32 k.
Size tile_at(Size b, Size k, Size depth) {
    return (b * blocks(depth) + k) * tile_size;
}

using Words = Pack<std::uint32_t, 16>;

// The bits of the even terms below those of the odd ones.
MUONSCOPE_INLINE void put_pairs(Vec<float> even, Vec<float> odd, float* to) {
    const auto low = reinterpret_cast<Words>(even) >> 16;
    const auto high = reinterpret_cast<Words>(odd) & 0xffff0000U;
    store(low | high, to);
}

MUONSCOPE_INLINE Vec<float> load_some(const float* from, Size count) {
    if (count >= side) return load<Vec<float>>(from);
    return count > 0 ? load_part(from, count) : Vec<float>{};
}

// Tiles of a left factor: tile(pair, row), a row of pairs after the other in memory.
void pack_left(const Bfloat16Task& task, float* to) {
    for (Size i = 0; i < 2 * blocks(task.rows) * side; i += side) {
        const Size height = task.rows - i;
        for (Size k = 0; k < blocks(task.depth) * tile_depth; k += 2, to += side) {
            const float* column = task.left + i + k * task.left_stride;
            const auto even = load_some(column, k < task.depth ? height : 0);
            const auto odd = load_some(column + task.left_stride, k + 1 < task.depth ? height : 0);
            put_pairs(even, odd, to);
        }
    }
}

// Tiles of a right factor: tile(column, pair), a row of pairs, those of one column, after the
// other.
void pack_right(const Bfloat16Task& task, float* to) {
    for (Size j = 0; j < 2 * blocks(task.cols) * side; ++j)
        for (Size k = 0; k < blocks(task.depth); ++k) {
            float* row = to + tile_at(j / side, k, task.depth) + j % side * side;
            const Size there = j < task.cols ? task.depth - k * tile_depth : 0;
            const float* from = task.right + k * tile_depth + j * task.right_stride;
            const auto first = load_some(from, there);
            const auto second = load_some(from + side, there - side);
            put_pairs(__builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                              22, 24, 26, 28, 30),
                      __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21,
                                              23, 25, 27, 29, 31),
                      row);
        }
}

// X^T as a right factor, from the tiles of X as a left one.
void transpose_tiles(const float* from, Size tiles, float* to) {
    for (Size tile = 0; tile < tiles; ++tile, from += tile_size, to += tile_size) {
        Vec<float> square[side];
        repeat<side>([&](auto r)
                         MUONSCOPE_INLINED { square[r] = load<Vec<float>>(from + r * side); });
        transpose(square);
        repeat<side>([&](auto r) MUONSCOPE_INLINED { store(square[r], to + r * side); });
    }
}

// The layout that LDTILECFG reads.
struct alignas(64) TileShapes {
    std::uint8_t palette, first_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
};

void configure() {
    TileShapes shapes{};
    shapes.palette = 1;
    for (int i = 0; i < 8; ++i) {
        shapes.row_bytes[i] = side * sizeof(float);
        shapes.rows[i] = side;
    }
    // All of the shapes are read, though the intrinsic names the first bytes only.
    asm volatile("" ::"r"(&shapes) : "memory");
    _tile_loadconfig(&shapes);
}

// left, right: tiles of the two row and the two column blocks, `depth_tiles` each.
void multiply_block(const float* left, const float* right, Size depth_tiles, float* sums,
                    Size stride) {
    constexpr Size row = side * static_cast<Size>(sizeof(float));
    const float *second_left = left + depth_tiles * tile_size,
                *second_right = right + depth_tiles * tile_size;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (Size k = 0; k < depth_tiles * tile_size; k += tile_size) {
        _tile_loadd(4, right + k, row);
        _tile_loadd(6, left + k, row);
        _tile_loadd(7, second_left + k, row);
        _tile_loadd(5, second_right + k, row);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    const Size bytes = stride * static_cast<Size>(sizeof(float));
    _tile_stored(0, sums, bytes);
    _tile_stored(1, sums + side, bytes);
    _tile_stored(2, sums + side * stride, bytes);
    _tile_stored(3, sums + side * stride + side, bytes);
}

void multiply_blocks(const Bfloat16Task& task, const float* left, const float* right) {
    const Size rows = task.rows, cols = task.cols, depth = task.depth;
    const Size height = larger<Size>(1, near / (larger<Size>(1, depth) * block)) * block;
    for (Size top = 0; top < rows; top += height)
        for (Size j = 0; j < cols; j += block)
            for (Size i = task.symmetric ? larger(top, j) : top; i < smaller(rows, top + height);
                 i += block) {
                const float* from_left = left + tile_at(i / side, 0, depth);
                const float* from_right = right + tile_at(j / side, 0, depth);
                float* const result = task.result + i + j * task.result_stride;
                if (i + block <= rows && j + block <= cols) {
                    multiply_block(from_left, from_right, blocks(depth), result,
                                   task.result_stride);
                    continue;
                }
                float part[block * block];
                multiply_block(from_left, from_right, blocks(depth), part, block);
                asm volatile("" ::"r"(part) : "memory");
                for (Size c = 0; c < smaller(block, cols - j); ++c)
                    __builtin_memcpy(
                        result + c * task.result_stride, part + c * block,
                        static_cast<std::size_t>(smaller(block, rows - i)) * sizeof(float));
            }
}

void multiply(const Bfloat16Task& task) {
    float* const left = aligned(task.space);
    float* const right = left + blocks(task.rows) * blocks(task.depth) * 2 * tile_size;
    pack_left(task, left);
    if (task.right_transposed)  // X X^T
        transpose_tiles(left, 2 * blocks(task.rows) * blocks(task.depth), right);
    else
        pack_right(task, right);
    // The compiler does not know what the units read and write. What is left loaded would be saved
    // at every switch of threads.
    asm volatile("" ::: "memory");
    configure();
    multiply_blocks(task, left, right);
    _tile_release();
    asm volatile("" ::: "memory");
    if (task.symmetric) mirror(task.result, task.cols, task.result_stride);
}

Size space(Size rows, Size depth, Size cols) {
    return (blocks(rows) + blocks(cols)) * blocks(depth) * 2 * tile_size + 16;
}

}  // namespace

void add_bfloat16_product(Kernels& table) {
    table.multiply_bfloat16 = multiply;
    table.bfloat16_space = space;
}

}  // namespace muonscope::at_amx
