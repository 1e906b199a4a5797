#include "core/linalg/symmetric_product.h"

#include <algorithm>

// Packs carry their alignment as an attribute, which template arguments drop.
#pragma GCC diagnostic ignored "-Wignored-attributes"

namespace muonscope {

namespace {

using Eigen::Index;

// Smaller ones are faster as they stand: mirroring costs more than it saves.
constexpr Index least_size = 56;
// Columns of the factors that are multiplied at once: a panel of each then stays in the cache.
constexpr Index depth = 256;

template <typename Scalar>
using Pack = typename Eigen::internal::packet_traits<Scalar>::type;
template <typename Scalar>
constexpr Index pack_size = Eigen::internal::unpacket_traits<Pack<Scalar>>::size;

// A tile of the result: one or two packs of rows, and no more columns than there are registers for
// the sums of two. Narrow ones waste less beyond the diagonal, wide ones read less.
#ifdef __AVX512F__
constexpr Index wide_tile = 12, narrow_tile = 8;
#else
constexpr Index wide_tile = 6, narrow_tile = 4;
#endif
constexpr Index least_wide = 128;  // size from which tiles are wide

Index round_up(Index size, Index block) {
    return (size + block - 1) / block * block;
}

// Rows in panels of `width`, each panel column after column; what is missing at the end is zero.
template <Index width, typename Scalar>
void pack(const DenseOf<Scalar>& matrix, Index first, Index count, Scalar* to) {
    using Slice = Eigen::Map<const Eigen::Array<Scalar, width, 1>>;
    for (Index i = 0; i < matrix.rows(); i += width) {
        const Index height = std::min(width, matrix.rows() - i);
        for (Index k = first; k < first + count; ++k, to += width) {
            Eigen::Map<Eigen::Array<Scalar, width, 1>> column(to);
            if (height == width) {
                column = Slice(&matrix(i, k));
            } else {
                column.setZero();
                for (Index r = 0; r < height; ++r) column(r) = matrix(i + r, k);
            }
        }
    }
}

// A tile at (i, j) <- alpha times the sum of left column times right row over `count` columns, plus
// beta times the same tile of other, if any; what lies within the result is written to it. left:
// `packs` panels of one pack of rows.
template <Index packs, Index tile_cols, typename Scalar>
void multiply_tile(const Scalar* left, const Scalar* right, Index count, Scalar alpha,
                   const DenseOf<Scalar>* other, Scalar beta, Index i, Index j,
                   DenseOf<Scalar>& result) {
    using namespace Eigen::internal;
    constexpr Index p = pack_size<Scalar>, rows = packs * p;
    Pack<Scalar> sums[packs][tile_cols];
    for (auto& row : sums)
        for (auto& sum : row) sum = pset1<Pack<Scalar>>(Scalar(0));
    for (Index k = 0; k < count; ++k, left += p, right += tile_cols) {
        Pack<Scalar> column[packs];
        for (Index r = 0; r < packs; ++r) column[r] = ploadu<Pack<Scalar>>(left + r * p * count);
        for (Index c = 0; c < tile_cols; ++c) {
            const auto factor = pset1<Pack<Scalar>>(right[c]);
            for (Index r = 0; r < packs; ++r) sums[r][c] = pmadd(column[r], factor, sums[r][c]);
        }
    }
    const Index height = std::min(rows, result.rows() - i);
    const Index width = std::min(tile_cols, result.cols() - j);
    alignas(64) Scalar entries[rows];
    for (Index c = 0; c < width; ++c) {
        for (Index r = 0; r < packs; ++r) pstoreu(entries + r * p, sums[r][c]);
        Scalar* to = &result(i, j + c);
        if (!other) {
            for (Index r = 0; r < height; ++r) to[r] = alpha * entries[r];
            continue;
        }
        const Scalar* from = &(*other)(i, j + c);
        for (Index r = 0; r < height; ++r) to[r] = alpha * entries[r] + beta * from[r];
    }
}

// The upper triangle from the lower one, in squares of packs.
template <typename Scalar>
void mirror(DenseOf<Scalar>& matrix) {
    using namespace Eigen::internal;
    constexpr Index p = pack_size<Scalar>;
    const Index n = matrix.rows(), whole = n / p * p;
    for (Index j = 0; j < whole; j += p)
        for (Index i = j + p; i < whole; i += p) {
            PacketBlock<Pack<Scalar>, p> square;
            for (Index c = 0; c < p; ++c)
                square.packet[c] = ploadu<Pack<Scalar>>(&matrix(i, j + c));
            ptranspose(square);
            for (Index c = 0; c < p; ++c) pstoreu(&matrix(j, i + c), square.packet[c]);
        }
    for (Index j = 0; j < n; ++j)
        for (Index i = j + 1; i < (j < whole ? j / p * p + p : n); ++i) matrix(j, i) = matrix(i, j);
    for (Index i = whole; i < n; ++i)
        for (Index j = 0; j < whole; ++j) matrix(j, i) = matrix(i, j);
}

}  // namespace

template <typename Scalar>
SymmetricProduct<Scalar>::SymmetricProduct(Index n, Index k) {
    if (n < least_size) return;
    left_.resize(round_up(n, pack_size<Scalar>) * std::min(k, depth));
    right_.resize((n + wide_tile) * std::min(k, depth));
}

template <typename Scalar>
void SymmetricProduct<Scalar>::compute(const DenseOf<Scalar>& left, const DenseOf<Scalar>& right,
                                       Scalar alpha, const DenseOf<Scalar>* other, Scalar beta,
                                       DenseOf<Scalar>& result) {
    const Index n = left.rows();
    if (n < least_size) {
        result.noalias() = alpha * (left * right.transpose());
        if (other) result += beta * *other;
        return;
    }
    const auto compute_tiles = [&]<Index tile_cols>() {
        constexpr Index p = pack_size<Scalar>;
        for (Index first = 0; first < left.cols(); first += depth) {
            const Index count = std::min(depth, left.cols() - first);
            // Later slices are added to what is there.
            if (first > 0) {
                other = &result;
                beta = 1;
            }
            pack<p>(left, first, count, left_.data());
            pack<tile_cols>(right, first, count, right_.data());
            for (Index j = 0; j < n; j += tile_cols) {
                const Scalar* columns = right_.data() + j * count;
                // From the pack that the diagonal is in.
                Index i = j / p * p;
                for (; i + p < n; i += 2 * p)
                    multiply_tile<2, tile_cols>(left_.data() + i * count, columns, count, alpha,
                                                other, beta, i, j, result);
                if (i < n)
                    multiply_tile<1, tile_cols>(left_.data() + i * count, columns, count, alpha,
                                                other, beta, i, j, result);
            }
        }
    };
    if (n < least_wide)
        compute_tiles.template operator()<narrow_tile>();
    else
        compute_tiles.template operator()<wide_tile>();
    mirror(result);
}

template class SymmetricProduct<float>;
template class SymmetricProduct<double>;

double symmetric_multiply_adds(Index n, Index k) {
    const auto size = static_cast<double>(n);
    const double entries = n < least_size ? size * size : size * (size + 1) / 2;
    return entries * static_cast<double>(k);
}

}  // namespace muonscope
