#pragma once

#include "core/base/types.h"

namespace muonscope::plots {

// A part of a matrix with no more entries than can be shown: squares of `stride` x `stride` entries
// from (row, column) on, each the one of largest magnitude, with its sign; one that is not finite
// counts as larger than any. Squares begin at multiples of the stride, so that what is shown of an
// entry does not depend on which part is looked at.
struct CellBlocks {
    Eigen::Index row = 0, column = 0, stride = 1;
    Matrix values;

    Eigen::Index rows() const { return stride * values.rows(); }  // of entries, beyond the end's
    Eigen::Index columns() const { return stride * values.cols(); }
};
// Rows first_row <= i < end_row and columns likewise, widened to whole squares.
CellBlocks cell_blocks(const Matrix& values, Eigen::Index first_row, Eigen::Index end_row,
                       Eigen::Index first_column, Eigen::Index end_column, Eigen::Index stride);

}  // namespace muonscope::plots
