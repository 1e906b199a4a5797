#include "core/measure/step_along.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/core/golden_matrix.h"

// What a step moves of the gradient's own directions: NumPy's numbers (tests/golden/alignment.py)
// and steps of which it is known.
namespace muonscope {
namespace {

TEST(StepAlong, has_the_numbers_of_numpy) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/alignment.json");
    const auto golden = nlohmann::json::parse(file);
    for (const auto& one : golden.at("along")) {
        const StepAlong along =
            step_along(thin_svd(matrix_of(one.at("gradient"))), matrix_of(one.at("step")));
        ASSERT_EQ(along.moved.size(), static_cast<Eigen::Index>(one.at("moved").size()));
        for (Eigen::Index i = 0; i < along.moved.size(); ++i) {
            EXPECT_NEAR(along.s(i), one.at("s").at(i).get<double>(), 1e-12);
            EXPECT_NEAR(along.moved(i), one.at("moved").at(i).get<double>(), 1e-12);
            EXPECT_NEAR(along.share(i), one.at("share").at(i).get<double>(), 1e-12);
        }
        EXPECT_NEAR(along.along, one.at("along").get<double>(), 1e-12);
        EXPECT_NEAR(along.descent, one.at("descent").get<double>(), 1e-12);
    }
}

Matrix some(Eigen::Index rows, Eigen::Index cols) {
    std::srand(7);
    return Matrix::Random(rows, cols);
}

TEST(StepAlong, of_plain_descent_is_in_proportion_and_of_the_polar_factor_alike) {
    for (const auto& [rows, cols] : {std::pair<Eigen::Index, Eigen::Index>{6, 6}, {7, 4}, {2, 5}}) {
        const Matrix gradient = some(rows, cols);
        const ThinSvd svd = thin_svd(gradient);
        const StepAlong plain = step_along(svd, -0.25 * gradient);
        EXPECT_LT((plain.moved - 0.25 * svd.s).norm(), 1e-13);
        EXPECT_NEAR(plain.along, 1, 1e-13);
        EXPECT_NEAR(plain.share(0), svd.s(0) * svd.s(0) / svd.s.squaredNorm(), 1e-13);
        EXPECT_NEAR(plain.descent, 0.25 * gradient.squaredNorm(), 1e-12);
        const StepAlong polar = step_along(svd, -0.1 * polar_factor(gradient));
        EXPECT_LT((polar.moved.array() - 0.1).matrix().norm(), 1e-13);
        EXPECT_NEAR(polar.share.maxCoeff() * static_cast<double>(svd.s.size()), 1, 1e-12);
        EXPECT_NEAR(polar.descent, 0.1 * svd.s.sum(), 1e-12);  // lr times the nuclear norm
        const StepAlong uphill = step_along(svd, gradient);
        EXPECT_LT(uphill.moved.maxCoeff(), 0);
    }
}

TEST(StepAlong, that_mixes_directions_says_how_much_of_it_is_along_none) {
    Matrix gradient = Matrix::Zero(2, 2);
    gradient.diagonal() << 3, 1;
    Matrix step(2, 2);
    step << -3, 4, 0, 0;
    const StepAlong along = step_along(thin_svd(gradient), step);
    EXPECT_NEAR(along.along, 9.0 / 25, 1e-15);
    EXPECT_NEAR(along.moved(0), 3, 1e-15);
    EXPECT_EQ(along.moved(1), 0);
}

TEST(StepAlong, of_nothing_is_nothing_and_of_what_is_not_finite_not_finite) {
    const StepAlong still = step_along(thin_svd(some(3, 3)), Matrix::Zero(3, 3));
    EXPECT_EQ(still.along, 0);
    EXPECT_EQ(still.share.norm(), 0);
    Matrix lost = some(3, 3);
    lost(1, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(step_along(thin_svd(some(3, 3)), lost).moved.allFinite());
    EXPECT_FALSE(step_along(thin_svd(lost), some(3, 3)).moved.allFinite());
}

}  // namespace
}  // namespace muonscope
