#include "core/measure/preservation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace muonscope {
namespace {

TEST(Preservation, shrinking_all_weights_by_a_share_gives_up_that_share) {
    const Matrix weight = Matrix::Random(4, 3), inputs = Matrix::Random(3, 10);
    EXPECT_NEAR(preservation(-0.25 * weight, weight, inputs), 0.75, 1e-14);
    EXPECT_NEAR(preservation(3 * weight, weight, inputs), -2, 1e-14);
    EXPECT_EQ(preservation(Matrix::Zero(4, 3), weight, inputs), 1);
}

TEST(Preservation, a_change_that_the_inputs_do_not_meet_costs_nothing) {
    Matrix inputs = Matrix::Zero(3, 2), change = Matrix::Zero(4, 3);
    inputs(0, 0) = 2;
    inputs(1, 1) = 1;
    change.col(2).setConstant(7);
    EXPECT_EQ(preservation(change, Matrix::Ones(4, 3), inputs), 1);
}

TEST(Preservation, no_inputs_stand_for_the_unit_vectors) {
    const Matrix weight = Matrix::Random(4, 3), change = 0.1 * Matrix::Random(4, 3);
    EXPECT_NEAR(preservation(change, weight, {}),
                preservation(change, weight, Matrix::Identity(3, 3)), 1e-14);
}

TEST(Preservation, of_nothing_is_not_a_number) {
    EXPECT_TRUE(std::isnan(preservation(Matrix::Ones(2, 2), Matrix::Zero(2, 2), {})));
}

}  // namespace
}  // namespace muonscope
