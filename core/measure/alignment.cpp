#include "core/measure/alignment.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

Matrix overlaps(const Matrix& a, const Matrix& b) {
    return (a.transpose() * b).cwiseAbs();
}

std::vector<EqualBlock> equal_blocks(const Vector& values, double within) {
    std::vector<EqualBlock> blocks;
    const auto count = static_cast<int>(values.size());
    for (int first = 0; first < count;) {
        int end = first + 1;
        while (end < count && values(end - 1) - values(end) <= within * values(0)) ++end;
        if (end - first > 1) blocks.push_back({first, end - first});
        first = end;
    }
    return blocks;
}

double block_overlap(const Matrix& overlaps, const EqualBlock& rows, const EqualBlock& columns) {
    const double square =
        overlaps.block(rows.first, columns.first, rows.count, columns.count).squaredNorm();
    return std::sqrt(square / static_cast<double>(std::min(rows.count, columns.count)));
}

double diagonal_share(const Matrix& matrix) {
    const double all = matrix.squaredNorm();
    return all == 0 ? 0 : matrix.diagonal().squaredNorm() / all;
}

}  // namespace muonscope
