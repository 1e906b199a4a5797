#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/problem.h"
#include "core/linalg/factorisations.h"
#include "core/linalg/spectrum.h"
#include "core/measure/spectrum_measures.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

Matrix of_rank(Eigen::Index n, const std::vector<double>& values) {
    const auto rank = static_cast<Eigen::Index>(values.size());
    const Matrix u = Generator(2, Purpose::target).orthogonal_matrix(n, rank);
    const Matrix v = Generator(3, Purpose::target).orthogonal_matrix(n, rank);
    return u * Eigen::Map<const Vector>(values.data(), rank).asDiagonal() * v.transpose();
}

TEST(SpectralPower, leaves_what_is_not_in_the_matrix_out_whatever_the_power) {
    const Matrix matrix = of_rank(32, {4, 2, 1, .5});
    for (const double power : {-0.5, -0.25, 0.0, 0.5, 1.0})
        for (const double floor : {0.0, 1e-10}) {
            Matrix result(32, 32);
            spectral_power(matrix, power, floor, result);
            std::vector<double> expected;
            for (const double s : {4.0, 2.0, 1.0, .5}) expected.push_back(std::pow(s, power));
            EXPECT_LT((result - of_rank(32, expected)).norm(), 1e-9) << power;
            EXPECT_EQ(numerical_rank(singular_values(result), 32, 32), 4) << power;
        }
    Matrix result(2, 2);
    spectral_power(Matrix::Zero(2, 2), -0.5, 0, result);
    EXPECT_EQ(result, Matrix(Matrix::Zero(2, 2)));
}

// Gradients of rank 8: of a bottleneck of 8 units, and of minibatches of 8 samples. All through a
// run, none of 32 directions is stepped in where nothing was learned.
TEST(SpectralPower, of_gradients_of_rank_eight_steps_in_eight_directions) {
    Experiment bottleneck, batches;
    bottleneck.network.depth = 4;
    bottleneck.network.widths = {32, 32, 8, 32, 32};
    batches.network.depth = 2;
    batches.data = {.kind = DataKind::samples, .samples = 256, .batch = 8};
    for (const Experiment& experiment : {bottleneck, batches})
        for (const double power : {0.0, -0.5}) {
            Recipe recipe;
            recipe.phases.front().optimizer.kind = OptimizerKind::spectral;
            recipe.phases.front().optimizer.orthogonaliser.power = power;
            recipe.phases.front().optimizer.lr = 0.01;
            const auto problem = make_problem(experiment);
            Lane lane(problem, recipe);
            const Layout layout(*problem->model, problem->modes);
            std::vector<double> row(layout.channels());
            const auto values = [&](std::size_t first, int count) {
                return std::span<const double>(row).subspan(first, count);
            };
            for (int step = 1; step <= 60; ++step) {
                lane.advance();
                if (step % 20 != 1) continue;
                lane.measure(layout, experiment.probe, row);
                EXPECT_EQ(numerical_rank(values(layout.update_sv(1, 0), 32), 32, 32), 8) << power;
                // cos of U S^p V^T with U S V^T.
                double product = 0, gradient = 0, update = 0;
                for (const double x : values(layout.gradient_sv(1, 0), 8)) {
                    product += std::pow(x, 1 + power);
                    gradient += x * x;
                    update += std::pow(x, 2 * power);
                }
                EXPECT_NEAR(row[layout.fidelity(1)], product / std::sqrt(gradient * update), 1e-5)
                    << power << " " << step;
            }
        }
}

}  // namespace
}  // namespace muonscope
