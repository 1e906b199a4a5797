#include "app/gui/plots/cells.h"

#include <gtest/gtest.h>

#include <cmath>

// Matrices with more entries than pixels, and parts of them.
namespace muonscope::plots {
namespace {

Matrix counted(Eigen::Index rows, Eigen::Index columns) {
    Matrix values(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j < columns; ++j)
            values(i, j) = static_cast<double>(columns * i + j);
    return values;
}

TEST(CellBlocks, of_one_entry_are_the_part_itself) {
    const CellBlocks blocks = cell_blocks(counted(6, 5), 2, 4, 1, 5, 1);
    EXPECT_EQ(blocks.row, 2);
    EXPECT_EQ(blocks.column, 1);
    EXPECT_EQ(blocks.values, counted(6, 5).block(2, 1, 2, 4));
}

TEST(CellBlocks, are_the_entry_of_largest_magnitude_with_its_sign) {
    Matrix values = Matrix::Zero(5, 4);
    values(0, 1) = 2;
    values(1, 0) = -3;
    values(4, 3) = -0.5;
    const CellBlocks blocks = cell_blocks(values, 0, 5, 0, 4, 2);
    EXPECT_EQ(blocks.values, (Matrix{{-3, 0}, {0, 0}, {0, -0.5}}));
    EXPECT_EQ(blocks.rows(), 6);
    values(2, 2) = std::nan("");
    values(2, 3) = 100;
    EXPECT_TRUE(std::isnan(cell_blocks(values, 0, 5, 0, 4, 2).values(1, 1)));
}

TEST(CellBlocks, begin_at_the_same_places_whatever_part_is_looked_at) {
    const Matrix values = counted(12, 12);
    const CellBlocks all = cell_blocks(values, 0, 12, 0, 12, 3);
    const CellBlocks part = cell_blocks(values, 4, 8, 5, 6, 3);
    EXPECT_EQ(part.row, 3);
    EXPECT_EQ(part.column, 3);
    EXPECT_EQ(part.values, all.values.block(1, 1, 2, 1));
    EXPECT_EQ(cell_blocks(values, 20, 30, 0, 3, 3).values.size(), 0);
    EXPECT_EQ(cell_blocks(values, -5, 40, -1, 99, 3).values, all.values);
}

}  // namespace
}  // namespace muonscope::plots
