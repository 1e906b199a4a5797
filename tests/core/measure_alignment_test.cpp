#include "core/linalg/dense_factors.h"
#include "core/measure/alignment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/core/golden_matrix.h"

namespace muonscope {
namespace {

Matrix basis(Eigen::Index size, unsigned seed) {
    std::srand(seed);
    return full_q(Matrix::Random(size, size));
}

TEST(Alignment, of_neighbouring_layers_has_the_numbers_of_numpy) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/alignment.json");
    const auto golden = nlohmann::json::parse(file);
    for (const auto& one : golden.at("neighbours")) {
        const Matrix expected = matrix_of(one.at("overlaps"));
        const Matrix found = overlaps(thin_svd(matrix_of(one.at("upper"))).v,
                                      thin_svd(matrix_of(one.at("lower"))).u);
        ASSERT_EQ(found.rows(), expected.rows());
        ASSERT_EQ(found.cols(), expected.cols());
        EXPECT_LT((found - expected).norm(), 1e-12);
    }
}

TEST(Alignment, of_two_bases_shares_out_one_in_each_row_and_column) {
    const Matrix found = overlaps(basis(7, 1), basis(7, 2));
    EXPECT_LT((found.cwiseAbs2().rowwise().sum().array() - 1).matrix().norm(), 1e-13);
    EXPECT_LT((found.cwiseAbs2().colwise().sum().array() - 1).matrix().norm(), 1e-13);
    EXPECT_GE(found.minCoeff(), 0);
    const Matrix same = basis(5, 3);
    EXPECT_LT((overlaps(same, -same) - Matrix::Identity(5, 5)).norm(), 1e-13);
}

TEST(EqualBlocks, are_runs_of_neighbours_that_differ_by_little_of_the_largest) {
    Vector values(9);
    values << 4, 4 - 0.003, 4 - 0.006, 3, 2.99, 1, 0.002, 0.0001, 0;
    EXPECT_EQ(equal_blocks(values), (std::vector<EqualBlock>{{0, 3}, {6, 3}}));
    EXPECT_EQ(equal_blocks(values, 0.01), (std::vector<EqualBlock>{{0, 3}, {3, 2}, {6, 3}}));
    EXPECT_EQ(equal_blocks(Vector::Zero(4)), (std::vector<EqualBlock>{{0, 4}}));
    EXPECT_TRUE(equal_blocks(Vector()).empty());
    EXPECT_TRUE(equal_blocks(Vector::Constant(1, 2)).empty());
    EXPECT_TRUE(equal_blocks(Vector::Constant(3, std::nan(""))).empty());
}

TEST(EqualBlocks, say_of_what_their_vectors_span_the_same_however_they_are_turned) {
    const Matrix a = basis(8, 4), b = basis(8, 5);
    Matrix turned = a;
    turned.middleCols(2, 3) = a.middleCols(2, 3) * basis(3, 6);
    const EqualBlock rows{2, 3}, columns{1, 4};
    const double before = block_overlap(overlaps(a, b), rows, columns);
    EXPECT_GT((overlaps(a, b) - overlaps(turned, b)).norm(), 0.1);
    EXPECT_NEAR(block_overlap(overlaps(turned, b), rows, columns), before, 1e-13);
    EXPECT_NEAR(block_overlap(overlaps(a, turned), rows, rows), 1, 1e-13);
    EXPECT_NEAR(block_overlap(overlaps(a, a), rows, {5, 3}), 0, 1e-13);
    EXPECT_NEAR(block_overlap(overlaps(a, a), {2, 2}, {0, 8}), 1, 1e-13);
}

TEST(DiagonalShare, is_of_the_square) {
    Matrix matrix(2, 3);
    matrix << 3, 0, 4, 0, 0, 0;
    EXPECT_NEAR(diagonal_share(matrix), 9.0 / 25, 1e-15);
    EXPECT_EQ(diagonal_share(Matrix::Identity(4, 2)), 1);
    EXPECT_EQ(diagonal_share(Matrix::Zero(2, 2)), 0);
}

}  // namespace
}  // namespace muonscope
