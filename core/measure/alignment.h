#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/linalg/spectrum.h"

// Which singular directions of one matrix are those of another.
namespace muonscope {

// |A^T B| entry by entry, both with orthonormal columns in one space: entry (i, j) is the cosine of
// the angle between column i of A and column j of B, 0 to 1. A square orthogonal A and B: each row
// and column has squares that sum to 1.
Matrix overlaps(const Matrix& a, const Matrix& b);

// Neighbouring singular values that are nearly equal: singular vectors first ... first + count - 1
// are free to turn among themselves, so that only what the whole block overlaps with means
// something.
struct EqualBlock {
    int first = 0, count = 0;

    int end() const { return first + count; }
    bool operator==(const EqualBlock&) const = default;
};
// Runs of two or more whose neighbours differ by at most `within` times the largest: a change of
// the matrix by about that share of its size turns their vectors by as much as it likes
// (Wedin 1972). Values that are not finite belong to no block. All zero: one block.
inline constexpr double nearly_equal = 1e-3;
std::vector<EqualBlock> equal_blocks(const Vector& values, double within = nearly_equal);

// What of the span of columns `rows` of A lies in that of columns `columns` of B: the root mean
// square cosine of the angles between them, |block|_F/sqrt(the smaller count): 1 where one holds
// the other, whichever bases are chosen. overlaps: as above.
double block_overlap(const Matrix& overlaps, const EqualBlock& rows, const EqualBlock& columns);

// The share of |M|_F^2 that is on the diagonal, 0 to 1: of U^T P V in the target's directions, how
// far P's modes are the target's own. Zero matrix: 0.
double diagonal_share(const Matrix& matrix);

}  // namespace muonscope
