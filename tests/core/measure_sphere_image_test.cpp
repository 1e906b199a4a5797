// Ellipsoids against the singular values and closed forms that they stand for.

#include "core/linalg/dense_factors.h"
#include "core/measure/sphere_image.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/linalg/spectrum.h"
#include "tests/jacobi_svd.h"

namespace muonscope {
namespace {

constexpr std::array<int, 3> leading{0, 1, 2};

Matrix random_matrix(Eigen::Index rows, Eigen::Index cols, unsigned seed) {
    std::srand(seed);
    return Matrix::Random(rows, cols);
}

Matrix random_basis(Eigen::Index size, unsigned seed) {
    return full_q(random_matrix(size, size, seed));
}

TEST(SphereImage, of_three_dimensions_is_the_set_that_the_matrix_makes_of_the_sphere) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const Matrix a = random_matrix(3, 3, seed), frame = random_basis(3, seed + 100);
        const SphereImage image = sphere_image(thin_svd(a), frame, leading);
        // Both are ellipsoids about zero: they are one where their shape matrices are.
        const Matrix expected = frame.transpose() * a * a.transpose() * frame;
        EXPECT_LT((image.axes * image.axes.transpose() - expected).norm(), 1e-13);
        EXPECT_NEAR(image.inside, 1, 1e-14);
        const Vector s = Eigen::JacobiSVD<Matrix>(a).singularValues();
        for (int k = 0; k < 3; ++k) {
            EXPECT_NEAR(image.lengths(k), s(k), 1e-14);
            EXPECT_NEAR(image.axes.col(k).norm(), s(k), 1e-14);
            EXPECT_EQ(image.which[static_cast<std::size_t>(k)], k);
        }
    }
}

TEST(SphereImage, of_two_dimensions_lies_in_their_plane) {
    Matrix a(2, 2);
    a << 3, 0, 0, 0.5;
    const SphereImage image = sphere_image(thin_svd(a), Matrix::Identity(2, 2), leading);
    EXPECT_NEAR(std::abs(image.axes(0, 0)), 3, 1e-14);
    EXPECT_NEAR(std::abs(image.axes(1, 1)), 0.5, 1e-14);
    EXPECT_EQ(image.axes.row(2).norm(), 0);
    EXPECT_EQ(image.axes.col(2).norm(), 0);
    EXPECT_EQ(image.which[2], -1);
    EXPECT_EQ(image.lengths(2), 0);
    EXPECT_NEAR(image.inside, 1, 1e-14);
}

TEST(SphereImage, of_a_tall_and_of_a_wide_matrix_has_as_many_axes_as_it_has_values) {
    for (const auto& [rows, cols] : {std::pair<Eigen::Index, Eigen::Index>{3, 2}, {2, 3}, {3, 1}}) {
        const Matrix a = random_matrix(rows, cols, 7);
        const SphereImage image = sphere_image(thin_svd(a), Matrix::Identity(rows, rows), leading);
        Eigen::Matrix3d shape = Eigen::Matrix3d::Zero();
        shape.topLeftCorner(rows, rows) = a * a.transpose();
        EXPECT_LT((image.axes * image.axes.transpose() - shape).norm(), 1e-13);
        int there = 0;
        for (const int k : image.which) there += k >= 0 ? 1 : 0;
        EXPECT_EQ(there, std::min(rows, cols));
    }
}

TEST(SphereImage, of_many_dimensions_keeps_lengths_and_right_angles) {
    const Matrix a = random_matrix(12, 9, 3), frame = random_basis(12, 4).leftCols(3);
    const std::array<int, 3> which{1, 4, 8};
    const Vector s = Eigen::JacobiSVD<Matrix>(a).singularValues();
    const SphereImage image = sphere_image(thin_svd(a), frame, which);
    for (int k = 0; k < 3; ++k) {
        EXPECT_NEAR(image.lengths(k), s(which[static_cast<std::size_t>(k)]), 1e-13);
        EXPECT_NEAR(image.axes.col(k).norm(), image.lengths(k), 1e-13);
        for (int j = 0; j < k; ++j) EXPECT_NEAR(image.axes.col(k).dot(image.axes.col(j)), 0, 1e-13);
    }
    EXPECT_GT(image.inside, 0);
    EXPECT_LT(image.inside, 1);
}

TEST(SphereImage, lies_along_the_frame_where_its_directions_are_the_frames) {
    const Matrix u = random_basis(8, 5), v = random_basis(8, 6);
    Vector s(8);
    s << 5, 3, 2, 0.5, 0.4, 0.3, 0.2, 0.1;
    const Matrix a = u * s.asDiagonal() * v.transpose();
    const SphereImage image = sphere_image(thin_svd(a), u.leftCols(3), leading);
    EXPECT_LT(
        (image.axes.cwiseAbs() - Eigen::Matrix3d(Eigen::Vector3d(5, 3, 2).asDiagonal())).norm(),
        1e-12);
    EXPECT_NEAR(image.inside, 1, 1e-12);
    // Of other directions nothing lies there.
    EXPECT_NEAR(sphere_image(thin_svd(a), u.rightCols(3), leading).inside, 0, 1e-12);
    // Of one of three, a third.
    Matrix mixed(8, 3);
    mixed << u.col(0), u.col(5), u.col(6);
    EXPECT_NEAR(sphere_image(thin_svd(a), mixed, leading).inside, 1.0 / 3, 1e-12);
}

// Procrustes: no other rotation brings the directions as near to where they are in the frame.
TEST(SphereImage, is_turned_by_the_nearest_rotation) {
    const Matrix a = random_matrix(6, 6, 9), frame = random_basis(6, 10).leftCols(3);
    const ThinSvd svd = thin_svd(a);
    const SphereImage image = sphere_image(svd, frame, leading);
    const Eigen::Matrix3d there = frame.transpose() * svd.u.leftCols(3);
    const Eigen::Matrix3d turned = image.axes * image.lengths.cwiseInverse().asDiagonal();
    const double best = (turned - there).norm();
    for (unsigned seed = 1; seed < 200; ++seed) {
        const double amount = seed % 2 == 0 ? 0.05 : 1;
        const Eigen::Matrix3d nudge =
            Matrix::Identity(3, 3) + amount * random_matrix(3, 3, seed + 1000);
        const Eigen::Matrix3d other = turned * Eigen::Matrix3d(full_q(nudge));
        EXPECT_GE((other - there).norm(), best - 1e-12);
        EXPECT_GE((-other - there).norm(), best - 1e-12);
    }
}

TEST(SphereImage, of_a_step_is_a_ball_where_it_is_orthogonal_and_the_gradients_where_it_is_sgds) {
    for (const Eigen::Index size : {Eigen::Index{3}, Eigen::Index{10}}) {
        const Matrix descent = random_matrix(size, size, 21);
        const ThinSvd svd = thin_svd(descent);
        const Matrix frame = random_basis(size, 22).leftCols(3);
        const SphereImage of_descent = sphere_image(svd, frame, leading);
        const SphereImage muon = image_along(svd, 0.3 * polar_factor(descent), frame, leading);
        for (int k = 0; k < 3; ++k) EXPECT_NEAR(muon.lengths(k), 0.3, 1e-12);
        EXPECT_EQ(shape_of(muon), BodyShape::ball);
        const SphereImage sgd = image_along(svd, 0.1 * descent, frame, leading);
        EXPECT_LT((sgd.lengths - 0.1 * of_descent.lengths).norm(), 1e-12);
        EXPECT_LT(
            (sgd.axes * sgd.axes.transpose() - 0.01 * of_descent.axes * of_descent.axes.transpose())
                .norm(),
            1e-12);
    }
}

TEST(SphereImage, of_a_step_in_three_dimensions_is_that_of_the_step_itself) {
    const Matrix descent = random_matrix(3, 3, 31), step = random_matrix(3, 3, 32);
    const Matrix frame = random_basis(3, 33);
    const SphereImage image = image_along(thin_svd(descent), step, frame, leading);
    const Matrix expected = frame.transpose() * step * step.transpose() * frame;
    EXPECT_LT((image.axes * image.axes.transpose() - expected).norm(), 1e-13);
}

TEST(SphereImage, of_what_is_not_finite_says_so_and_of_zero_is_a_point) {
    Matrix bad = Matrix::Identity(3, 3);
    bad(1, 2) = std::numeric_limits<double>::quiet_NaN();
    const SphereImage none = sphere_image(thin_svd(bad), Matrix::Identity(3, 3), leading);
    EXPECT_TRUE(std::isnan(none.lengths(0)));
    EXPECT_EQ(none.axes.norm(), 0);
    EXPECT_EQ(shape_of(none), BodyShape::none);
    const ThinSvd whole = thin_svd(Matrix::Identity(3, 3));
    EXPECT_TRUE(std::isnan(image_along(whole, bad, Matrix::Identity(3, 3), leading).lengths(0)));
    const SphereImage zero =
        sphere_image(thin_svd(Matrix::Zero(3, 3)), Matrix::Identity(3, 3), leading);
    EXPECT_EQ(zero.axes.norm(), 0);
    EXPECT_EQ(shape_of(zero), BodyShape::point);
}

TEST(SphereImage, has_the_word_of_its_ratios) {
    const auto word = [](double a, double b, double c) {
        SphereImage image;
        image.lengths = {a, b, c};
        image.which = {0, 1, c < 0 ? -1 : 2};
        return shape_of(image);
    };
    EXPECT_EQ(word(1, 0.9, 0.8), BodyShape::ball);
    EXPECT_EQ(word(0.8, 1, 0.9), BodyShape::ball);  // in whatever order
    EXPECT_EQ(word(1, 0.9, 0.79), BodyShape::between);
    EXPECT_EQ(word(5, 0.9, 0.8), BodyShape::needle);
    EXPECT_EQ(word(5, 1, 0.8), BodyShape::between);
    EXPECT_EQ(word(5, 4, 0.7), BodyShape::disc);
    EXPECT_EQ(word(5, 4, 0.8), BodyShape::between);
    EXPECT_EQ(word(1, 0.9, -1), BodyShape::ball);
    EXPECT_EQ(word(1, 0.1, -1), BodyShape::needle);
    EXPECT_EQ(word(1, 0.5, -1), BodyShape::between);
    SphereImage one;
    one.which = {0, -1, -1};
    one.lengths = {1, 0, 0};
    EXPECT_EQ(shape_of(one), BodyShape::none);
}

// The outline touches each line that the body touches: both reach equally far in every direction.
TEST(SphereImage, has_an_outline_that_reaches_as_far_as_the_body) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const Eigen::Matrix3d axes = random_matrix(3, 3, seed);
        const Eigen::Matrix<double, 2, 3> view = random_basis(3, seed + 50).topRows(2);
        const Eigen::Matrix2d outline = outline_of(axes, view);
        for (int i = 0; i < 36; ++i) {
            const double turn = std::numbers::pi * i / 18;
            const Eigen::Vector2d direction(std::cos(turn), std::sin(turn));
            const double body = (axes.transpose() * view.transpose() * direction).norm();
            EXPECT_NEAR((outline.transpose() * direction).norm(), body, 1e-13);
        }
        EXPECT_NEAR(outline.col(0).dot(outline.col(1)), 0, 1e-13);
    }
    const Eigen::Matrix<double, 2, 3> front = Matrix::Identity(2, 3);
    const Eigen::Matrix2d disc = outline_of(Eigen::Vector3d(3, 0.5, 7).asDiagonal(), front);
    EXPECT_NEAR(disc.col(0).norm(), 3, 1e-14);
    EXPECT_NEAR(disc.col(1).norm(), 0.5, 1e-14);
}

}  // namespace
}  // namespace muonscope
