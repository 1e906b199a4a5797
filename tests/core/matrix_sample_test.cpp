#include "core/experiment/matrix_sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/measure/random_matrices.h"

namespace muonscope {
namespace {

TEST(MatrixSample, draws_the_same_matrices_in_one_go_and_in_pieces) {
    const auto sample = std::make_shared<MatrixSample>(12, 3);
    const auto in_pieces = std::make_shared<MatrixSample>(12, 3);
    int handed_over = 0;
    MatrixSample::draw(sample, 500, [&](const SampleSummary&) { ++handed_over; }).finish();
    MatrixSample::draw(in_pieces, 120, [](const SampleSummary&) {}).finish();
    {
        // Given up in the middle of what would have come to the next summary.
        Work<> work = MatrixSample::draw(in_pieces, 500, [](const SampleSummary&) {});
        int pauses = 0;
        EXPECT_TRUE(work.go_on([&] { return ++pauses == 50; }));
    }
    MatrixSample::draw(in_pieces, 500, [](const SampleSummary&) {}).finish();
    const MatrixSample &whole = *sample, &pieces = *in_pieces;
    EXPECT_GT(handed_over, 1);
    EXPECT_EQ(whole.drawn(), 500);
    EXPECT_EQ(pieces.drawn(), 500);
    EXPECT_EQ(whole.summary().condition.median, pieces.summary().condition.median);
    EXPECT_EQ(whole.summary().smallest_square.histogram.shares,
              pieces.summary().smallest_square.histogram.shares);
}

TEST(MatrixSample, scales_by_the_size_of_its_matrices) {
    const auto sample = std::make_shared<MatrixSample>(9, 5);
    MatrixSample::draw(sample, 1, [](const SampleSummary&) {}).finish();
    const MatrixSample& one = *sample;
    const RandomMatrices::Draw drawn = RandomMatrices(9, 5).draw(0);
    EXPECT_DOUBLE_EQ(one.summary().smallest.median, 3 * drawn.smallest);
    EXPECT_DOUBLE_EQ(one.summary().condition.median, drawn.condition() / 9);
    EXPECT_DOUBLE_EQ(one.summary().smallest_square.median, 9 * drawn.smallest * drawn.smallest);
}

TEST(MatrixSample, keeps_to_the_law) {
    const auto sample = std::make_shared<MatrixSample>(32, 1);
    MatrixSample::draw(sample, 4000, [](const SampleSummary&) {}).finish();
    EXPECT_LT(sample->summary().smallest.distance, 1.63 / std::sqrt(4000.0));
}

TEST(MatrixSample, can_be_left_after_each_matrix) {
    const auto sample = std::make_shared<MatrixSample>(32, 1);
    Work<> work = MatrixSample::draw(sample, 1000, [](const SampleSummary&) {});
    int slices = 1;
    while (work.go_on([] { return true; })) ++slices;
    EXPECT_GE(slices, 1000);
    EXPECT_EQ(sample->drawn(), 1000);
}

}  // namespace
}  // namespace muonscope
