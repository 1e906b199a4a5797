#include "app/gui/plots/cell_blocks.h"

#include <algorithm>
#include <cmath>

namespace muonscope::plots {

namespace {

double strongest(const Eigen::Block<const Matrix>& block) {
    double found = 0;
    for (Eigen::Index j = 0; j < block.cols(); ++j)
        for (Eigen::Index i = 0; i < block.rows(); ++i) {
            const double value = block(i, j);
            if (!std::isfinite(value)) return value;
            if (std::abs(value) > std::abs(found)) found = value;
        }
    return found;
}

}  // namespace

CellBlocks cell_blocks(const Matrix& values, Eigen::Index first_row, Eigen::Index end_row,
                       Eigen::Index first_column, Eigen::Index end_column, Eigen::Index stride) {
    CellBlocks blocks;
    blocks.stride = std::max<Eigen::Index>(stride, 1);
    const auto whole = [&](Eigen::Index first) { return first / blocks.stride * blocks.stride; };
    const auto count = [&](Eigen::Index first, Eigen::Index end) {
        return std::max<Eigen::Index>(0, (end - first + blocks.stride - 1) / blocks.stride);
    };
    blocks.row = whole(std::max<Eigen::Index>(first_row, 0));
    blocks.column = whole(std::max<Eigen::Index>(first_column, 0));
    blocks.values.resize(count(blocks.row, std::min(end_row, values.rows())),
                         count(blocks.column, std::min(end_column, values.cols())));
    for (Eigen::Index j = 0; j < blocks.values.cols(); ++j)
        for (Eigen::Index i = 0; i < blocks.values.rows(); ++i) {
            const Eigen::Index row = blocks.row + i * blocks.stride;
            const Eigen::Index column = blocks.column + j * blocks.stride;
            blocks.values(i, j) =
                strongest(values.block(row, column, std::min(blocks.stride, values.rows() - row),
                                       std::min(blocks.stride, values.cols() - column)));
        }
    return blocks;
}

}  // namespace muonscope::plots
