// Means and spreads within classes: closed forms, and numpy's covariances.

#include "core/measure/class_spread.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "tests/core/golden_matrix.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

TEST(ClassSpread, of_a_cross_has_its_arms_as_axes) {
    // Two points on each arm: along (3, 4)/5 at distance 10, across it at distance 2.
    Matrix points(2, 5);
    points << 6, -6, -1.6, 1.6, 50, 8, -8, 1.2, -1.2, 60;
    points.colwise() += Vector((Vector(2) << 7, -3).finished());
    const std::vector<int> kinds{1, 1, 1, 1, 0};
    const auto spreads = class_spreads(points, kinds, 3);
    ASSERT_EQ(spreads.size(), 3U);
    EXPECT_EQ(spreads[1].count, 4);
    EXPECT_NEAR(spreads[1].mean(0), 7, 1e-14);
    EXPECT_NEAR(spreads[1].mean(1), -3, 1e-14);
    // The standard deviation of -d, d, 0, 0 is d/sqrt(2).
    EXPECT_NEAR(spreads[1].axes.col(0).norm(), 10 / std::sqrt(2.0), 1e-13);
    EXPECT_NEAR(spreads[1].axes.col(1).norm(), 2 / std::sqrt(2.0), 1e-13);
    EXPECT_NEAR(std::abs(spreads[1].axes(1, 0) / spreads[1].axes(0, 0)), 4.0 / 3, 1e-13);
    EXPECT_LT((spreads[1].axes * spreads[1].axes.transpose() - spreads[1].covariance).norm(),
              1e-12);
    // One point has no spread, a class without points nothing.
    EXPECT_EQ(spreads[0].count, 1);
    EXPECT_EQ(spreads[0].covariance.norm(), 0);
    EXPECT_EQ(spreads[2].count, 0);
}

TEST(ClassSpread, has_the_covariances_of_numpy) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/likeness.json");
    const Json golden = Json::parse(file);
    for (const Json& json : golden.at("cases")) {
        GoldenDraws draws(json.at("seed").get<std::uint64_t>());
        const Eigen::Index points = json.at("points");
        const Matrix x = draws.matrix(json.at("width"), points);
        std::vector<int> kinds;
        for (Eigen::Index i = 0; i < points; ++i) kinds.push_back(static_cast<int>(i % 3));
        const auto spreads = class_spreads(x, kinds, 3);
        for (std::size_t c = 0; c < 3; ++c) {
            const Matrix expected = matrix_of(json.at("covariances").at(c));
            EXPECT_LT((spreads[c].covariance - expected).cwiseAbs().maxCoeff(), 1e-13);
            EXPECT_LT((spreads[c].axes * spreads[c].axes.transpose() - expected).norm(), 1e-12);
        }
    }
}

TEST(ClassSpread, of_what_is_not_finite_is_left_out) {
    Matrix points = Matrix::Ones(3, 4);
    points(2, 1) = std::numeric_limits<double>::quiet_NaN();
    const std::vector<int> kinds{0, 0, 1, 1};
    const auto spreads = class_spreads(points, kinds, 2);
    EXPECT_EQ(spreads[0].count, 0);
    EXPECT_EQ(spreads[1].count, 2);
    EXPECT_TRUE(class_spreads(Matrix(), {}, 0).empty());
}

}  // namespace
}  // namespace muonscope
