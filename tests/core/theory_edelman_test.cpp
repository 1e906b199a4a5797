#include "core/theory/edelman.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "core/linalg/spectrum.h"
#include "core/measure/empirical_law.h"
#include "core/measure/random_matrices.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

TEST(edelman, has_its_medians_in_closed_form) {
    EXPECT_NEAR(edelman_condition_quantile(0.5), 3.6714, 1e-4);
    EXPECT_NEAR(edelman_smallest_quantile(0.5), std::sqrt(1 + 2 * std::log(2)) - 1, 1e-14);
    EXPECT_NEAR(edelman_smallest_square_quantile(0.5), 0.296767, 1e-6);
    for (const double p : {0.01, 0.3, 0.9, 0.999}) {
        EXPECT_NEAR(edelman_condition_law(edelman_condition_quantile(p)), p, 1e-12);
        EXPECT_NEAR(edelman_smallest_law(edelman_smallest_quantile(p)), p, 1e-12);
        EXPECT_NEAR(edelman_smallest_square_law(edelman_smallest_square_quantile(p)), p, 1e-12);
    }
}

TEST(edelman, has_densities_that_are_the_slopes_of_its_laws) {
    const auto slope = [](auto law, double x) { return (law(x + 1e-5) - law(x - 1e-5)) / 2e-5; };
    for (const double x : {0.2, 1.0, 3.0, 10.0}) {
        EXPECT_NEAR(edelman_condition_density(x), slope(edelman_condition_law, x), 1e-8);
        EXPECT_NEAR(edelman_smallest_density(x), slope(edelman_smallest_law, x), 1e-8);
        EXPECT_NEAR(edelman_smallest_square_density(x), slope(edelman_smallest_square_law, x),
                    1e-8);
    }
    for (const auto law :
         {edelman_condition_law, edelman_smallest_law, edelman_smallest_square_law,
          edelman_condition_density, edelman_smallest_density, edelman_smallest_square_density}) {
        EXPECT_EQ(law(0), 0);
        EXPECT_EQ(law(-1), 0);
    }
}

// 2000 matrices of 64 x 64. A law that is right is farther away once in a hundred seeds; the limit
// itself is nearer than that at this size.
TEST(edelman, is_what_random_matrices_obey) {
    constexpr int n = 64, count = 2000;
    RandomMatrices matrices(n, 1);
    std::vector<double> condition, smallest, squares;
    int singular = 0;
    for (int i = 0; i < count; ++i) {
        const auto draw = matrices.draw(static_cast<std::uint64_t>(i));
        condition.push_back(draw.condition() / n);
        smallest.push_back(std::sqrt(n) * draw.smallest);
        squares.push_back(n * draw.smallest * draw.smallest);
        singular += draw.singular ? 1 : 0;
    }
    for (auto* values : {&condition, &smallest, &squares})
        std::sort(values->begin(), values->end());
    const double bound = 1.63 / std::sqrt(count);
    EXPECT_LT(kolmogorov_distance(condition, edelman_condition_law), bound);
    EXPECT_LT(kolmogorov_distance(smallest, edelman_smallest_law), bound);
    EXPECT_LT(kolmogorov_distance(squares, edelman_smallest_square_law), bound);
    // A law that is a quarter off is told apart.
    const auto stretched = [](double x) { return edelman_condition_law(1.25 * x); };
    EXPECT_GT(kolmogorov_distance(condition, stretched), bound);
    EXPECT_NEAR(median(condition), 3.67, 0.25);
    EXPECT_EQ(singular, 0);
}

TEST(random_matrices, are_the_same_whatever_was_drawn_before) {
    RandomMatrices in_order(8, 5), alone(8, 5), other_seed(8, 6);
    for (std::uint64_t i = 0; i < 3; ++i) in_order.draw(i);
    const auto third = in_order.draw(3);
    EXPECT_EQ(third.smallest, alone.draw(3).smallest);
    EXPECT_NE(third.smallest, other_seed.draw(3).smallest);
    EXPECT_NE(third.smallest, alone.draw(4).smallest);
    const Vector values =
        singular_values(Generator(5, Purpose::random_matrices, 3).normal_matrix(8, 8));
    EXPECT_NEAR(third.largest, values(0), 1e-12);
    EXPECT_NEAR(third.condition(), values(0) / values(7), 1e-9 * third.condition());
    double in_thread = 0;
    std::thread([&] { in_thread = RandomMatrices(8, 5).draw(3).smallest; }).join();
    EXPECT_EQ(third.smallest, in_thread);
}

TEST(empirical_law, is_held_against_the_law_on_both_sides_of_every_jump) {
    const auto uniform = [](double x) { return std::clamp(x, 0.0, 1.0); };
    EXPECT_DOUBLE_EQ(kolmogorov_distance(std::vector{0.5}, uniform), 0.5);
    EXPECT_DOUBLE_EQ(kolmogorov_distance(std::vector{0.25, 0.75}, uniform), 0.25);
    EXPECT_DOUBLE_EQ(kolmogorov_distance(std::vector{0.0, 0.1}, uniform), 0.9);
    EXPECT_TRUE(std::isnan(kolmogorov_distance({}, uniform)));
    EXPECT_EQ(median(std::vector{1.0, 2.0, 4.0}), 2);
    EXPECT_EQ(median(std::vector{1.0, 2.0, 4.0, 8.0}), 3);
    EXPECT_TRUE(std::isnan(median({})));
}

}  // namespace
}  // namespace muonscope
