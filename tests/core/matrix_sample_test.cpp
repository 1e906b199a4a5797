#include "core/experiment/matrix_sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/measure/random_matrices.h"

namespace muonscope {
namespace {

TEST(MatrixSample, draws_the_same_matrices_in_one_go_and_in_pieces) {
    const auto never = [] { return false; };
    MatrixSample whole(12, 3), pieces(12, 3);
    int handed_over = 0;
    whole.draw(500, never, [&](const SampleSummary&) { ++handed_over; });
    pieces.draw(120, never, [](const SampleSummary&) {});
    pieces.draw(500, never, [](const SampleSummary&) {});
    EXPECT_GT(handed_over, 1);
    EXPECT_EQ(whole.drawn(), 500);
    EXPECT_EQ(pieces.drawn(), 500);
    EXPECT_EQ(whole.summary().condition.median, pieces.summary().condition.median);
    EXPECT_EQ(whole.summary().smallest_square.histogram.shares,
              pieces.summary().smallest_square.histogram.shares);
}

TEST(MatrixSample, scales_by_the_size_of_its_matrices) {
    MatrixSample one(9, 5);
    one.draw(
        1, [] { return false; }, [](const SampleSummary&) {});
    const RandomMatrices::Draw drawn = RandomMatrices(9, 5).draw(0);
    EXPECT_DOUBLE_EQ(one.summary().smallest.median, 3 * drawn.smallest);
    EXPECT_DOUBLE_EQ(one.summary().condition.median, drawn.condition() / 9);
    EXPECT_DOUBLE_EQ(one.summary().smallest_square.median, 9 * drawn.smallest * drawn.smallest);
}

TEST(MatrixSample, keeps_to_the_law_and_stops_when_asked) {
    MatrixSample sample(32, 1);
    sample.draw(
        4000, [] { return false; }, [](const SampleSummary&) {});
    EXPECT_LT(sample.summary().smallest.distance, 1.63 / std::sqrt(4000.0));
    MatrixSample none(32, 1);
    none.draw(
        100, [] { return true; }, [](const SampleSummary&) {});
    EXPECT_EQ(none.drawn(), 0);
}

}  // namespace
}  // namespace muonscope
