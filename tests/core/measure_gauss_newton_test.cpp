#include "core/measure/gauss_newton.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/model/softmax_regression.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr Eigen::Index samples = 12, width = 3, classes = 4;

Matrix features() {
    return Generator(1, Purpose::inputs).normal_matrix(samples, width);
}

Matrix one_hot() {
    Matrix labels = Matrix::Zero(samples, classes);
    for (Eigen::Index i = 0; i < samples; ++i) labels(i, (i * i + 1) % classes) = 1;
    return labels;
}

// Mean cross-entropy of the head, one sample at a time.
double plain_loss(const Matrix& h, const Matrix& labels, const Matrix& head) {
    double loss = 0;
    for (Eigen::Index i = 0; i < h.rows(); ++i) {
        const Vector score = (h.row(i) * head).transpose();
        loss += std::log(score.array().exp().sum()) - score.dot(Vector(labels.row(i).transpose()));
    }
    return loss / static_cast<double>(h.rows());
}

TEST(SoftmaxRegression, descends_the_cross_entropy_by_its_gradient) {
    SoftmaxRegression regression(features(), one_hot());
    Matrix head = Matrix::Zero(width, classes);
    for (int step = 0; step < 3; ++step) {
        EXPECT_NEAR(regression.evaluate(), plain_loss(features(), one_hot(), head), 1e-14);
        Matrix gradient(width, classes);
        for (Eigen::Index k = 0; k < head.size(); ++k) {
            constexpr double h = 1e-6;
            Matrix up = head, down = head;
            up.data()[k] += h;
            down.data()[k] -= h;
            gradient.data()[k] =
                (plain_loss(features(), one_hot(), up) - plain_loss(features(), one_hot(), down)) /
                (2 * h);
        }
        EXPECT_LT((regression.gradient() - gradient).norm(), 1e-8);
        head -= 0.7 * regression.gradient();
        regression.step(0.7);
    }
}

// The logits are linear in B, so the Gauss-Newton matrix is the Hessian itself.
TEST(GaussNewton, is_the_hessian_of_softmax_regression) {
    SoftmaxRegression regression(features(), one_hot());
    regression.evaluate();
    regression.step(2.0);
    regression.evaluate();
    const Matrix g = gauss_newton_matrix(features(), regression.probabilities());
    SoftmaxRegression again(features(), one_hot());
    again.evaluate();
    const Matrix head = -2.0 * again.gradient();
    constexpr double h = 1e-4;
    const auto loss = [&](Eigen::Index i, double di, Eigen::Index j, double dj) {
        Matrix moved = head;
        moved.data()[i] += di;
        moved.data()[j] += dj;
        return plain_loss(features(), one_hot(), moved);
    };
    for (Eigen::Index i = 0; i < g.rows(); ++i)
        for (Eigen::Index j = 0; j < g.cols(); ++j)
            EXPECT_NEAR(
                g(i, j),
                (loss(i, h, j, h) - loss(i, h, j, -h) - loss(i, -h, j, h) + loss(i, -h, j, -h)) /
                    (4 * h * h),
                1e-6);
}

TEST(GaussNewton, predicts_a_small_step_to_third_order) {
    const auto miss = [](double lr) {
        SoftmaxRegression regression(features(), one_hot());
        const double before = regression.evaluate();
        const double predicted = predicted_drop(
            regression.gradient(), gauss_newton_matrix(features(), regression.probabilities()), lr);
        regression.step(lr);
        return std::abs(before - regression.evaluate() - predicted);
    };
    EXPECT_GT(miss(0.2), 1e-9);  // or there would be nothing to compare
    EXPECT_LT(miss(0.1), miss(0.2) / 6);
}

TEST(GaussNewton, flatness_counts_the_eigenvalues_that_are_there) {
    EXPECT_NEAR(gauss_newton_flatness(Vector{{3, 3, 0, 3}}.asDiagonal().toDenseMatrix()), 1, 1e-14);
    const double h = -(0.75 * std::log(0.75) + 0.25 * std::log(0.25));
    EXPECT_NEAR(gauss_newton_flatness(Vector{{1, 3, 1e-11}}.asDiagonal().toDenseMatrix()),
                std::exp(h) / 2, 1e-14);
    EXPECT_EQ(gauss_newton_flatness(Matrix::Zero(3, 3)), 0);
}

// At B = 0 all samples share S = (I - 1/c)/c, of rank c - 1, and G = S (x) H^T H / n.
TEST(GaussNewton, at_the_start_is_a_kronecker_product) {
    SoftmaxRegression regression(features(), one_hot());
    EXPECT_NEAR(regression.evaluate(), std::log(4.0), 1e-14);
    const Matrix g = gauss_newton_matrix(features(), regression.probabilities());
    const Matrix gram = features().transpose() * features() / double(samples);
    EXPECT_LT((g.block(0, 0, width, width) - 3.0 / 16 * gram).norm(), 1e-14);
    EXPECT_LT((g.block(width, 0, width, width) + 1.0 / 16 * gram).norm(), 1e-14);
}

}  // namespace
}  // namespace muonscope
