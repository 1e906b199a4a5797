#include "core/linalg/matrix_product.h"

#include <algorithm>

#include "core/linalg/packs.h"

namespace muonscope {

namespace {

using Eigen::Index;

// A tile of the result: up to three packs of rows and as many columns as leave a register for each
// of their sums, three for the left factor and one for the right.
constexpr Index tile_packs = 3;
#ifdef __AVX512F__
constexpr Index tile_cols = 8;
#else
constexpr Index tile_cols = 4;
#endif
// Blocks of the factors that are multiplied at once: a panel of the right one stays in the first
// cache, the packed block of the left one in the second.
constexpr Index block_depth = 256;
template <typename Scalar>
constexpr Index block_rows = 11 * tile_packs* pack_size<Scalar>;

// Below these Eigen is faster: packing costs more than it saves, and tiles are mostly empty.
constexpr Index least_side = 8;
constexpr Index least_multiply_adds = 30 * 30 * 30;
// Bytes between the columns of a transposed right factor whose rows are read where they stand.
constexpr std::size_t near = 1024;

// Panels that are packed together: reading along a column is what the caches are made for.
constexpr Index at_once = 4;

bool is_worth_tiles(Index rows, Index depth, Index cols) {
    return std::min(rows, cols) >= least_side && rows * depth * cols >= least_multiply_adds;
}

Index round_up(Index size, Index block) {
    return (size + block - 1) / block * block;
}

// Rows first_row to first_row + rows of `count` columns from first_col, in panels of `width` rows,
// each panel column after column; rows that are missing at the end are zero.
template <Index width, typename Scalar>
void pack_rows(const Factor<Scalar>& matrix, Index first_row, Index rows, Index first_col,
               Index count, Scalar* to) {
    Index i = 0;
    for (; i + at_once * width <= rows; i += at_once * width, to += at_once * width * count)
        for (Index k = 0; k < count; ++k) {
            const Scalar* column = matrix.at(first_row + i, first_col + k);
            for (Index s = 0; s < at_once; ++s)
                std::copy_n(column + s * width, width, to + (s * count + k) * width);
        }
    for (; i < rows; i += width) {
        const Index height = std::min(width, rows - i);
        for (Index k = 0; k < count; ++k, to += width) {
            const Scalar* column = matrix.at(first_row + i, first_col + k);
            std::fill(std::copy_n(column, height, to), to + width, Scalar(0));
        }
    }
}

// The same of the transpose: columns of what lies in memory, in panels of `width` columns.
template <Index width, typename Scalar>
void pack_cols(const Factor<Scalar>& matrix, Index first_col, Index cols, Index first_row,
               Index count, Scalar* to) {
    for (Index j = 0; j < cols; j += width) {
        const Index there = std::min(width, cols - j);
        const Scalar* from = matrix.at(first_row, first_col + j);
        Index k = 0;
        if constexpr (width == pack_size<Scalar>)
            for (; there == width && k + width <= count; k += width, to += width * width)
                transpose_square(from + k, matrix.stride(), to, width);
        for (; k < count; ++k, to += width)
            for (Index c = 0; c < width; ++c)
                to[c] = c < there ? from[k + c * matrix.stride()] : Scalar(0);
    }
}

// What a tile reads: packed panels of the left factor, `count` columns each, and a panel of the
// right one, of which the rows or the columns are contiguous and `stride` apart.
template <typename Scalar>
struct Panels {
    const Scalar *left, *right;
    Index stride, count;
};
// Where it goes: alpha times the sums, plus beta times what is at `other`, if anything. Of a tile
// at the edge only height x width lie within the result.
template <typename Scalar>
struct Target {
    Scalar alpha, beta;
    const Scalar* other;
    Index other_stride;
    Scalar* result;
    Index result_stride, height, width;
};

// alpha times the sums, plus beta times what is at `other`, if anything.
template <typename Scalar>
Pack<Scalar> finish(Pack<Scalar> sums, Scalar alpha, Scalar beta, const Scalar* other) {
    using namespace Eigen::internal;
    sums = pmul(pset1<Pack<Scalar>>(alpha), sums);
    if (!other) return sums;
    return pmadd(pset1<Pack<Scalar>>(beta), ploadu<Pack<Scalar>>(other), sums);
}

// The sums of a tile, each taken in the order of the depth.
template <Index packs, bool by_row, typename Scalar>
void multiply_tile(const Panels<Scalar>& from, const Target<Scalar>& to) {
    using namespace Eigen::internal;
    using Numbers = Pack<Scalar>;
    constexpr Index p = pack_size<Scalar>, rows = packs * p;
    const Index panel = from.count * p, stride = from.stride;
    const Scalar *left = from.left, *right = from.right;
    Numbers sums[packs * tile_cols];
    repeat<packs * tile_cols>([&](auto s) { sums[s] = pset1<Numbers>(Scalar(0)); });
    for (Index k = 0; k < from.count; ++k) {
        Numbers column[packs];
        repeat<packs>([&](auto r) { column[r] = ploadu<Numbers>(left + r * panel); });
        repeat<tile_cols>([&](auto c) {
            const auto factor = pload1<Numbers>(right + (by_row ? c : c * stride));
            repeat<packs>([&](auto r) {
                sums[c * packs + r] = pmadd(column[r], factor, sums[c * packs + r]);
            });
        });
        left += p;
        right += by_row ? stride : 1;
    }
    if (to.height >= rows && to.width >= tile_cols) {
        repeat<tile_cols>([&](auto c) {
            repeat<packs>([&](auto r) {
                const Scalar* other = to.other ? to.other + c * to.other_stride + r * p : nullptr;
                pstoreu(to.result + c * to.result_stride + r * p,
                        finish(sums[c * packs + r], to.alpha, to.beta, other));
            });
        });
        return;
    }
    Scalar entries[tile_cols * rows];
    repeat<packs * tile_cols>([&](auto s) { pstoreu(entries + s * p, sums[s]); });
    for (Index c = 0; c < std::min(tile_cols, to.width); ++c)
        for (Index r = 0; r < std::min(rows, to.height); r += p) {
            const Index there = std::min(p, to.height - r);
            Scalar other[p] = {}, part[p];
            if (to.other) std::copy_n(to.other + c * to.other_stride + r, there, other);
            pstoreu(part, finish(ploadu<Numbers>(entries + c * rows + r), to.alpha, to.beta,
                                 to.other ? other : nullptr));
            std::copy_n(part, there, to.result + c * to.result_stride + r);
        }
}

template <bool by_row, typename Scalar>
void multiply_tile(Index packs, const Panels<Scalar>& from, const Target<Scalar>& to) {
    if (packs >= 3)
        multiply_tile<3, by_row>(from, to);
    else if (packs == 2)
        multiply_tile<2, by_row>(from, to);
    else
        multiply_tile<1, by_row>(from, to);
}

template <typename Scalar>
void multiply_plainly(const Factor<Scalar>& left, const Factor<Scalar>& right, Scalar alpha,
                      const Eigen::Ref<const DenseOf<Scalar>>* other, Scalar beta,
                      Eigen::Ref<DenseOf<Scalar>>& result) {
    const auto add = [&](const auto& l, const auto& r) {
        if (!other) {
            result.noalias() = alpha * l * r;
            return;
        }
        result = beta * *other;
        result.noalias() += alpha * l * r;
    };
    const auto l = left.in_memory(), r = right.in_memory();
    if (left.transposed() && right.transposed())
        add(l.transpose(), r.transpose());
    else if (left.transposed())
        add(l.transpose(), r);
    else if (right.transposed())
        add(l, r.transpose());
    else
        add(l, r);
}

}  // namespace

template <typename Scalar>
MatrixProduct<Scalar>::MatrixProduct(Index rows, Index depth) {
    reserve(rows, depth);
}

template <typename Scalar>
void MatrixProduct<Scalar>::reserve(Index rows, Index depth) {
    depth = std::min(depth, block_depth);
    const Index left = depth * std::min(round_up(rows, pack_size<Scalar>), block_rows<Scalar>);
    const Index right = depth * tile_cols * at_once;
    if (left_.size() < left) left_.resize(left);
    if (right_.size() < right) right_.resize(right);
}

template <typename Scalar>
void MatrixProduct<Scalar>::compute(const Factor<Scalar>& left, const Factor<Scalar>& right,
                                    Scalar alpha, const Other* other, Scalar beta, Result& result,
                                    bool symmetric) {
    constexpr Index p = pack_size<Scalar>;
    const Index rows = result.rows(), cols = result.cols(), depth = left.cols();
    eigen_assert(left.rows() == rows && right.cols() == cols && right.rows() == depth);
    if (!is_worth_tiles(rows, depth, cols)) {
        multiply_plainly(left, right, alpha, other, beta, result);
        return;
    }
    reserve(rows, depth);
    // Columns of the right factor in panels that are read where they stand: those that fill a tile,
    // unless they are rows far apart. Those at the end need zeros beside them.
    const bool is_near = static_cast<std::size_t>(right.stride()) * sizeof(Scalar) <= near;
    const Index whole = right.transposed() && !is_near ? 0 : cols / tile_cols * tile_cols;
    Target<Scalar> target;
    target.alpha = alpha;
    target.result_stride = result.outerStride();
    for (Index first = 0; first < depth; first += block_depth) {
        const Index count = std::min(block_depth, depth - first);
        // Later blocks are added to what is there.
        const Scalar* added = first > 0 ? result.data() : other ? other->data() : nullptr;
        target.other_stride = first > 0 || !other ? result.outerStride() : other->outerStride();
        target.beta = first > 0 ? 1 : beta;

        for (Index top = 0; top < rows; top += block_rows<Scalar>) {
            const Index height = std::min(block_rows<Scalar>, rows - top);
            if (left.transposed())
                pack_cols<p>(left, top, height, first, count, left_.data());
            else
                pack_rows<p>(left, top, height, first, count, left_.data());
            Index packed = 0;  // columns from which the packed panels start
            for (Index j = 0; j < cols; j += tile_cols) {
                if (j >= whole && (j == whole || j == packed + at_once * tile_cols)) {
                    packed = j;
                    const Index width = std::min(at_once * tile_cols, cols - j);
                    if (right.transposed())
                        pack_rows<tile_cols>(right, j, width, first, count, right_.data());
                    else
                        pack_cols<tile_cols>(right, j, width, first, count, right_.data());
                }
                Panels<Scalar> panels{nullptr, right_.data() + (j - packed) * count, tile_cols,
                                      count};
                if (j < whole) {
                    panels.right = right.transposed() ? right.at(j, first) : right.at(first, j);
                    panels.stride = right.stride();
                }
                // From the pack that the diagonal is in.
                Index i = symmetric ? std::max(top, j / p * p) : top;
                for (; i < top + height; i += tile_packs * p) {
                    const Index packs = (round_up(top + height, p) - i) / p;
                    target.height = top + height - i;
                    target.width = cols - j;
                    target.result = &result(i, j);
                    target.other = added ? added + i + j * target.other_stride : nullptr;
                    panels.left = left_.data() + (i - top) * count;
                    if (j < whole && !right.transposed())
                        multiply_tile<false>(packs, panels, target);
                    else
                        multiply_tile<true>(packs, panels, target);
                }
            }
        }
    }
    if (symmetric) mirror_lower<Scalar>(result);
}

template class MatrixProduct<float>;
template class MatrixProduct<double>;

double symmetric_multiply_adds(Index n, Index k) {
    const auto size = static_cast<double>(n), depth = static_cast<double>(k);
    return is_worth_tiles(n, k, n) ? size * (size + 1) / 2 * depth : size * size * depth;
}

}  // namespace muonscope
