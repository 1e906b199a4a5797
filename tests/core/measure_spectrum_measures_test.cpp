#include "core/measure/spectrum_measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

using Values = std::vector<double>;

TEST(SpectrumMeasures, take_the_values_worked_by_hand) {
    const Values equal = {3, 3, 3, 3};
    EXPECT_NEAR(flatness(equal), 1, 1e-15);
    EXPECT_NEAR(stable_rank(equal), 4, 1e-15);
    EXPECT_NEAR(effective_rank(equal), 4, 1e-14);
    EXPECT_EQ(condition_number(equal), 1);

    const Values one = {5, 0, 0, 0, 0};
    EXPECT_NEAR(flatness(one), 0.2, 1e-15);
    EXPECT_EQ(stable_rank(one), 1);
    EXPECT_EQ(effective_rank(one), 1);
    EXPECT_EQ(condition_number(one), std::numeric_limits<double>::infinity());

    // p = s^2: 3/4, 1/4; p = s: .6340, .3660.
    const Values two = {std::sqrt(3.0), 1};
    EXPECT_NEAR(flatness(two), std::exp(-.75 * std::log(.75) - .25 * std::log(.25)) / 2, 1e-15);
    EXPECT_NEAR(stable_rank(two), 4.0 / 3, 1e-15);
    const double p = std::sqrt(3.0) / (1 + std::sqrt(3.0));
    EXPECT_NEAR(effective_rank(two), std::exp(-p * std::log(p) - (1 - p) * std::log(1 - p)), 1e-14);
    EXPECT_NEAR(condition_number(two), std::sqrt(3.0), 1e-15);
}

TEST(SpectrumMeasures, do_not_depend_on_scale) {
    const Values values = {4, 2, 1, .5};
    for (double scale : {1e-200, 1e200}) {
        Values scaled = values;
        for (double& s : scaled) s *= scale;
        EXPECT_NEAR(flatness(scaled), flatness(values), 1e-14);
        EXPECT_NEAR(stable_rank(scaled), stable_rank(values), 1e-14);
        EXPECT_NEAR(effective_rank(scaled), effective_rank(values), 1e-14);
    }
}

TEST(SpectrumMeasures, are_defined_for_nothing_for_zero_and_for_what_is_not_a_number) {
    for (const Values& values : {Values{}, Values{0, 0, 0}}) {
        EXPECT_EQ(flatness(values), 0);
        EXPECT_EQ(stable_rank(values), 0);
        EXPECT_EQ(effective_rank(values), 0);
        EXPECT_EQ(condition_number(values), std::numeric_limits<double>::infinity());
    }
    const Values bad(3, std::nan(""));
    EXPECT_TRUE(std::isnan(flatness(bad)));
    EXPECT_TRUE(std::isnan(stable_rank(bad)));
    EXPECT_TRUE(std::isnan(effective_rank(bad)));
    EXPECT_TRUE(std::isnan(condition_number(bad)));
}

TEST(SpectrumMeasures, the_polar_factors_fidelity_is_the_nuclear_over_the_scaled_frobenius_norm) {
    for (const auto& [rows, cols, rank] :
         std::vector<std::tuple<int, int, int>>{{8, 8, 8}, {5, 9, 5}, {9, 7, 3}}) {
        const Matrix gradient = Generator(1, Purpose::target).normal_matrix(rows, rank) *
                                Generator(2, Purpose::target).normal_matrix(rank, cols);
        const double expected =
            singular_values(gradient).sum() / (std::sqrt(rank) * gradient.norm());
        EXPECT_NEAR(gradient_fidelity(polar_factor(gradient), gradient), expected, 1e-12);
        EXPECT_NEAR(gradient_fidelity(-2 * gradient, gradient), -1, 1e-14);
    }
    EXPECT_EQ(gradient_fidelity(Matrix::Zero(2, 2), Matrix::Ones(2, 2)), 0);
}

}  // namespace
}  // namespace muonscope
