// How alike representations are: closed forms, what each measure must not see, and numpy's numbers.

#include "core/linalg/dense_factors.h"
#include "core/measure/likeness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "tests/core/golden_matrix.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

Matrix random_matrix(Eigen::Index rows, Eigen::Index cols, unsigned seed) {
    return GoldenDraws(seed).matrix(rows, cols);
}
Matrix random_basis(Eigen::Index size, unsigned seed) {
    return full_q(random_matrix(size, size, seed));
}
double cka(const Matrix& x, const Matrix& y) {
    return linear_cka(geometry_of(x, 1), geometry_of(y, 1));
}
double overlap(const Matrix& x, const Matrix& y, int k) {
    return subspace_overlap(geometry_of(x, k), geometry_of(y, k));
}

TEST(Likeness, has_the_numbers_of_numpy) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/likeness.json");
    const Json golden = Json::parse(file);
    ASSERT_GE(golden.at("cases").size(), 5U);
    for (const Json& json : golden.at("cases")) {
        GoldenDraws draws(json.at("seed").get<std::uint64_t>());
        const Eigen::Index points = json.at("points");
        const Matrix x = draws.matrix(json.at("width"), points);
        const Matrix y = draws.matrix(json.at("other"), points);
        EXPECT_NEAR(cka(x, y), json.at("cka"), 1e-12) << json.at("seed");
        EXPECT_NEAR(overlap(x, y, json.at("k")), json.at("overlap"), 1e-12) << json.at("seed");
        EXPECT_LT((cosine_similarity(x) - matrix_of(json.at("cosines"))).cwiseAbs().maxCoeff(),
                  1e-12)
            << json.at("seed");
    }
}

TEST(Likeness, is_one_of_what_is_turned_moved_and_scaled) {
    const Matrix x = random_matrix(6, 20, 1);
    const Matrix y = (3.7 * random_basis(6, 2) * x).colwise() + random_matrix(6, 1, 3).col(0);
    EXPECT_NEAR(cka(x, y), 1, 1e-12);
    EXPECT_NEAR(overlap(x, y, 3), 1, 1e-12);
    // Into a space of more dimensions, too.
    const Matrix wider = random_basis(11, 4).leftCols(6) * x;
    EXPECT_NEAR(cka(x, wider), 1, 1e-12);
    EXPECT_NEAR(overlap(x, wider, 3), 1, 1e-12);
}

// Points along two orthogonal directions over the points, of lengths a and b, and c and d: CKA is
// the cosine of (a^2, b^2) and (c^2, d^2).
TEST(Likeness, of_two_shared_directions_is_the_cosine_of_their_squares) {
    Matrix over(2, 4);  // rows: orthogonal, of mean zero
    over << 1, -1, 1, -1, 1, 1, -1, -1;
    const auto of = [&](double a, double b) {
        return Matrix(Vector((Vector(2) << a, b).finished()).asDiagonal() * over);
    };
    EXPECT_NEAR(cka(of(3, 1), of(1, 3)), 18.0 / 82.0, 1e-13);
    EXPECT_NEAR(cka(of(2, 0), of(0, 5)), 0, 1e-13);
    EXPECT_NEAR(cka(of(1, 1), of(1, 0)), 1 / std::sqrt(2.0), 1e-13);
    // Of the longest alone one shares nothing with the other, of both all.
    EXPECT_NEAR(overlap(of(3, 1), of(1, 3), 1), 0, 1e-13);
    EXPECT_NEAR(overlap(of(3, 1), of(1, 3), 2), 1, 1e-13);
    // Where there is but one direction it is compared with one.
    EXPECT_NEAR(overlap(of(3, 1), of(2, 0), 2), 1, 1e-13);
}

TEST(Likeness, of_spans_is_the_mean_squared_cosine_of_their_angles) {
    const double angle = 0.4;
    Matrix x(2, 3), y(2, 3);
    // Directions over three points: about the mean there is a plane of them.
    const Vector one = Vector((Vector(3) << 1, -1, 0).finished()).normalized();
    const Vector two = Vector((Vector(3) << 1, 1, -2).finished()).normalized();
    x.row(0) = one.transpose();
    x.row(1).setZero();
    y.row(0) = (std::cos(angle) * one + std::sin(angle) * two).transpose();
    y.row(1).setZero();
    EXPECT_NEAR(overlap(x, y, 1), std::cos(angle) * std::cos(angle), 1e-14);
    EXPECT_NEAR(cka(x, y), std::cos(angle) * std::cos(angle), 1e-14);
}

TEST(Likeness, of_what_has_no_spread_or_is_not_finite_is_no_number) {
    const Matrix x = random_matrix(3, 6, 9);
    Matrix broken = x;
    broken(1, 2) = std::numeric_limits<double>::quiet_NaN();
    Matrix endless = x;
    endless(0, 0) = std::numeric_limits<double>::infinity();
    // Points that are all one, off zero by what rounds.
    const Matrix flat = Matrix::Constant(3, 6, 0.1);
    for (const Matrix& none : {Matrix(Matrix::Zero(3, 6)), broken, endless, flat, Matrix()}) {
        EXPECT_TRUE(std::isnan(cka(x, none)));
        EXPECT_TRUE(std::isnan(overlap(x, none, 2)));
    }
    EXPECT_TRUE(std::isnan(cka(x, random_matrix(3, 5, 1))));  // of other points
}

TEST(Likeness, of_a_lane_that_ran_away_is_still_a_number) {
    const Matrix x = random_matrix(4, 9, 5);
    EXPECT_NEAR(cka(1e300 * x, x), 1, 1e-12);
    EXPECT_NEAR(cka(1e-300 * x, x), 1, 1e-12);
    EXPECT_NEAR(overlap(1e300 * x, x, 2), 1, 1e-12);
}

TEST(Likeness, of_points_is_the_cosine_that_they_are_seen_at_from_their_mean) {
    Matrix points(2, 4);
    points << 6, 5, 4, 5,  // around (5, 7)
        7, 8, 7, 6;
    Matrix expected(4, 4);
    expected << 1, 0, -1, 0, 0, 1, 0, -1, -1, 0, 1, 0, 0, -1, 0, 1;
    EXPECT_LT((cosine_similarity(points) - expected).norm(), 1e-14);
    // A point at the mean is in no direction.
    Matrix with_middle(2, 3);
    with_middle << 1, 0, -1, 2, 0, -2;
    const Matrix cosines = cosine_similarity(with_middle);
    EXPECT_TRUE(std::isnan(cosines(0, 1)));
    EXPECT_TRUE(std::isnan(cosines(1, 1)));
    EXPECT_NEAR(cosines(0, 2), -1, 1e-15);
    EXPECT_EQ(centred(points).rowwise().sum().norm(), 0);
}

}  // namespace
}  // namespace muonscope
