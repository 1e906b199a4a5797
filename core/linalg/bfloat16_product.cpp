#include "core/linalg/bfloat16_product.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "core/linalg/packs.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define MUONSCOPE_MATRIX_UNITS
#endif

namespace muonscope {

namespace {

using Eigen::Index;

constexpr Index side = 16;                // of a tile
constexpr Index tile_size = side * side;  // pairs
constexpr Index tile_depth = 2 * side;    // terms
constexpr Index block = 2 * side;         // rows and columns of the four tiles taken at once
constexpr Index near = 1 << 18;  // numbers of the left factor that stay in the second cache

Index blocks(Index size) {
    return (size + block - 1) / block;
}

// A row of pairs: the bits of first[step i] below those of second[step i]. Nothing overlaps, which
// the compiler has to know to use vectors.
template <Index step>
void put_pairs(const float* __restrict first, const float* __restrict second,
               float* __restrict to) {
    for (Index i = 0; i < side; ++i) {
        const auto low = std::bit_cast<std::uint32_t>(first[step * i]) >> 16;
        const auto high = std::bit_cast<std::uint32_t>(second[step * i]) & 0xffff0000U;
        to[i] = std::bit_cast<float>(low | high);
    }
}

// Tile (b, k) of a factor with `depth` terms: row or column block b, terms from 32 k.
Index tile_at(Index b, Index k, Index depth) {
    return (b * blocks(depth) + k) * tile_size;
}

// Tiles of a left factor: tile(pair, row), a row of pairs after the other in memory.
void pack_left(const Eigen::MatrixXf& matrix, float* to) {
    const Index rows = matrix.rows(), depth = matrix.cols();
    for (Index i = 0; i < 2 * blocks(rows) * side; i += side) {
        const Index height = std::clamp<Index>(rows - i, 0, side);
        for (Index k = 0; k < blocks(depth) * tile_depth; k += 2, to += side) {
            const float* column = matrix.data() + i + k * rows;
            if (height == side && k + 1 < depth) {
                put_pairs<1>(column, column + rows, to);
                continue;
            }
            std::array<float, side> first{}, second{};
            if (k < depth) std::copy_n(column, height, first.data());
            if (k + 1 < depth) std::copy_n(column + rows, height, second.data());
            put_pairs<1>(first.data(), second.data(), to);
        }
    }
}

// Tiles of a right factor: tile(column, pair), a row of pairs, those of one column, after the
// other.
void pack_right(const Eigen::MatrixXf& matrix, float* to) {
    const Index depth = matrix.rows(), cols = matrix.cols();
    for (Index j = 0; j < 2 * blocks(cols) * side; ++j)
        for (Index k = 0; k < blocks(depth); ++k) {
            float* row = to + tile_at(j / side, k, depth) + j % side * side;
            const Index there = j < cols ? std::min(tile_depth, depth - k * tile_depth) : 0;
            if (there == tile_depth) {
                const float* whole = matrix.data() + k * tile_depth + j * depth;
                put_pairs<2>(whole, whole + 1, row);
                continue;
            }
            std::array<float, tile_depth> terms{};
            if (there > 0)
                std::copy_n(matrix.data() + k * tile_depth + j * depth, there, terms.data());
            put_pairs<2>(terms.data(), terms.data() + 1, row);
        }
}

// X^T as a right factor, from the tiles of X as a left one.
void transpose_tiles(const float* from, Index tiles, float* to) {
    constexpr Index p = std::min(pack_size<float>, side);
    for (Index tile = 0; tile < tiles; ++tile, from += tile_size, to += tile_size)
        for (Index i = 0; i < side; i += p)
            for (Index j = 0; j < side; j += p)
                transpose_square(from + i + j * side, side, to + j + i * side, side);
}

#ifdef MUONSCOPE_MATRIX_UNITS

// The layout that LDTILECFG reads.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1, first_row = 0;
    std::array<std::uint8_t, 14> reserved{};
    std::array<std::uint16_t, 16> row_bytes{};
    std::array<std::uint8_t, 16> rows{};
};

bool ask_for_matrix_units() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned amx_bf16 = 1U << 22, amx_tile = 1U << 24;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & amx_bf16) || !(d & amx_tile))
        return false;
    constexpr long request_permission = 0x1023, tile_data = 18;  // asm/prctl.h, Linux 5.16
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

// Compiled for the units whatever processor the rest is for; used where they are.
#define ON_MATRIX_UNITS [[gnu::target("amx-tile,amx-bf16")]]

class MatrixUnits {
  public:
    ON_MATRIX_UNITS MatrixUnits() {
        TileShapes shapes;
        std::fill_n(shapes.row_bytes.begin(), 8, side * sizeof(float));
        std::fill_n(shapes.rows.begin(), 8, side);
        // All of the shapes are read, though the intrinsic names the first bytes only.
        asm volatile("" ::"r"(&shapes) : "memory");
        _tile_loadconfig(&shapes);
    }
    MatrixUnits(const MatrixUnits&) = delete;
    MatrixUnits& operator=(const MatrixUnits&) = delete;
    // What is left loaded would be saved at every switch of threads.
    ON_MATRIX_UNITS ~MatrixUnits() { _tile_release(); }

    // left, right: tiles of the two row and the two column blocks, `depth_tiles` each.
    ON_MATRIX_UNITS static void multiply(const float* left, const float* right, Index depth_tiles,
                                         float* sums, Index stride) {
        constexpr std::size_t row = side * sizeof(float);
        const float *second_left = left + depth_tiles * tile_size,
                    *second_right = right + depth_tiles * tile_size;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (Index k = 0; k < depth_tiles * tile_size; k += tile_size) {
            _tile_loadd(4, right + k, row);
            _tile_loadd(6, left + k, row);
            _tile_loadd(7, second_left + k, row);
            _tile_loadd(5, second_right + k, row);
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        const auto bytes = static_cast<std::size_t>(stride) * sizeof(float);
        _tile_stored(0, sums, bytes);
        _tile_stored(1, sums + side, bytes);
        _tile_stored(2, sums + side * stride, bytes);
        _tile_stored(3, sums + side * stride + side, bytes);
    }
};

#endif

// Numbers below the smallest normal one are zero while this lives, as in the matrix units.
class FlushToZero {
  public:
#ifdef __x86_64__
    FlushToZero() : before_(_mm_getcsr()) {
        _mm_setcsr(before_ | 0x8040U);
    }
    ~FlushToZero() {
        _mm_setcsr(before_);
    }

  private:
    unsigned before_;
#else
    FlushToZero() = default;
    ~FlushToZero() = default;

  public:
#endif
    FlushToZero(const FlushToZero&) = delete;
    FlushToZero& operator=(const FlushToZero&) = delete;
};

class Vectors {
  public:
    static void multiply(const float* left, const float* right, Index depth_tiles, float* sums,
                         Index stride) {
        for (Index j = 0; j < 2; ++j)
            for (Index i = 0; i < 2; ++i) {
                float* to = sums + i * side + j * side * stride;
                for (Index c = 0; c < side; ++c) std::fill_n(to + c * stride, side, 0.F);
                const float *from_left = left + i * depth_tiles * tile_size,
                            *from_right = right + j * depth_tiles * tile_size;
                for (Index k = 0; k < depth_tiles * tile_size; k += tile_size)
                    add_tile(from_left + k, from_right + k, to, stride);
            }
    }

  private:
    // The numbers of a tile of pairs, as floats.
    struct Numbers {
        std::array<float, tile_size> first, second;
        explicit Numbers(const float* pairs) {
            for (std::size_t e = 0; e < tile_size; ++e) {
                const auto bits = std::bit_cast<std::uint32_t>(pairs[e]);
                first[e] = std::bit_cast<float>(bits << 16);
                second[e] = std::bit_cast<float>(bits & 0xffff0000U);
            }
        }
    };

    // A product of two bfloat16 numbers needs no rounding, so that one rounding is left whether
    // pmadd fuses or not.
    static void add_tile(const float* left, const float* right, float* sums, Index stride) {
        using namespace Eigen::internal;
        constexpr Index p = std::min(pack_size<float>, side), at_once = 4;
        const Numbers l(left), r(right);
        for (Index c = 0; c < side; c += at_once)
            for (Index row = 0; row < side; row += p) {
                Pack<float> even[at_once], odd[at_once];
                repeat<at_once>([&](auto i) { even[i] = odd[i] = pset1<Pack<float>>(0.F); });
                for (Index pair = 0; pair < side; ++pair) {
                    const auto first = ploadu<Pack<float>>(l.first.data() + pair * side + row);
                    const auto second = ploadu<Pack<float>>(l.second.data() + pair * side + row);
                    repeat<at_once>([&](auto i) {
                        const Index factor = (c + i) * side + pair;
                        even[i] =
                            pmadd(first, pload1<Pack<float>>(r.first.data() + factor), even[i]);
                        odd[i] =
                            pmadd(second, pload1<Pack<float>>(r.second.data() + factor), odd[i]);
                    });
                }
                repeat<at_once>([&](auto i) {
                    float* to = sums + (c + i) * stride + row;
                    pstoreu(to, padd(ploadu<Pack<float>>(to), padd(even[i], odd[i])));
                });
            }
    }

    FlushToZero flush_;
};

template <typename Units>
void multiply_blocks(const Units& units, const float* left, const float* right, Index depth,
                     bool symmetric, Eigen::MatrixXf& result) {
    const Index rows = result.rows(), cols = result.cols();
    const Index height = std::max<Index>(1, near / (depth * block)) * block;
    for (Index top = 0; top < rows; top += height)
        for (Index j = 0; j < cols; j += block)
            for (Index i = symmetric ? std::max(top, j) : top; i < std::min(rows, top + height);
                 i += block) {
                const float* from_left = left + tile_at(i / side, 0, depth);
                const float* from_right = right + tile_at(j / side, 0, depth);
                if (i + block <= rows && j + block <= cols) {
                    units.multiply(from_left, from_right, blocks(depth), &result(i, j), rows);
                    continue;
                }
                std::array<float, block * block> part;
                units.multiply(from_left, from_right, blocks(depth), part.data(), block);
                for (Index c = 0; c < std::min(block, cols - j); ++c)
                    std::copy_n(part.data() + c * block, std::min(block, rows - i),
                                &result(i, j + c));
            }
}

}  // namespace

bool Bfloat16Product::has_matrix_units() {
#ifdef MUONSCOPE_MATRIX_UNITS
    static const bool granted = ask_for_matrix_units();
    return granted;
#else
    return false;
#endif
}

Bfloat16Product::Bfloat16Product(Index rows, Index depth, Index cols, Means means) : means_(means) {
    left_.setZero(blocks(rows) * blocks(depth) * 2 * tile_size);
    right_.setZero(blocks(cols) * blocks(depth) * 2 * tile_size);
}

void Bfloat16Product::multiply_tiles(Index depth, Eigen::MatrixXf& result, bool symmetric) const {
#ifdef MUONSCOPE_MATRIX_UNITS
    if (means_ == Means::matrix_units) {
        // The compiler does not know what the units read and write.
        asm volatile("" ::: "memory");
        multiply_blocks(MatrixUnits(), left_.data(), right_.data(), depth, symmetric, result);
        asm volatile("" ::: "memory");
        return;
    }
#endif
    multiply_blocks(Vectors(), left_.data(), right_.data(), depth, symmetric, result);
}

void Bfloat16Product::multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                               Eigen::MatrixXf& result) {
    pack_left(left, left_.data());
    pack_right(right, right_.data());
    multiply_tiles(left.cols(), result, false);
}

void Bfloat16Product::gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result) {
    pack_left(x, left_.data());
    transpose_tiles(left_.data(), 2 * blocks(x.rows()) * blocks(x.cols()), right_.data());
    multiply_tiles(x.cols(), result, true);
    mirror_lower<float>(result);
}

}  // namespace muonscope
