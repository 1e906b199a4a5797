#include "core/linalg/coefficients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const OddPolynomial jordan{3.4445, -4.7750, 2.0315, 0};
const OddPolynomial cubic{1.5, -.5, 0, 0};
const OddPolynomial pade{1.875, -1.25, .375, 0};
const OddPolynomial septic{35.0 / 16, -35.0 / 16, 21.0 / 16, -5.0 / 16};

// Polynomials as one might type them: many shapes, few of them sensible.
std::vector<OddPolynomial> many_polynomials() {
    std::vector<OddPolynomial> all{jordan, cubic, pade, septic, {2, 0, 0, 0}, {.5, 0, 0, 0}};
    Generator generator(11, Purpose::target);
    for (int i = 0; i < 300; ++i) {
        const auto number = [&] { return 4 * generator.normal(); };
        OddPolynomial p{std::abs(number()), number(), number(), 0};
        if (i % 3 == 1) p.c = 0;
        if (i % 3 == 2) p.d = number();
        all.push_back(p);
    }
    return all;
}

TEST(Coefficients, a_polynomial_and_its_slope_are_those_of_their_powers) {
    const OddPolynomial p{1.5, -2, .25, .125};
    for (double x : {-1.5, -.3, 0.0, .7, 2.0}) {
        EXPECT_NEAR(p(x),
                    1.5 * x - 2 * std::pow(x, 3) + .25 * std::pow(x, 5) + .125 * std::pow(x, 7),
                    1e-13);
        EXPECT_NEAR(p.slope(x), (p(x + 1e-6) - p(x - 1e-6)) / 2e-6, 1e-7);
    }
}

TEST(Coefficients, jordans_fixed_points_repel_and_those_of_the_classic_ones_attract) {
    const std::vector<FixedPoint> points = fixed_points(jordan);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_NEAR(points[0].x, .868, 5e-4);
    EXPECT_NEAR(points[1].x, 1.264, 5e-4);
    for (const FixedPoint& point : points) {
        EXPECT_NEAR(jordan(point.x), point.x, 1e-14);
        EXPECT_NEAR(point.slope, jordan.slope(point.x), 1e-14);
        EXPECT_FALSE(point.attracts());
    }
    for (const OddPolynomial& p : {cubic, pade, septic}) {
        ASSERT_FALSE(fixed_points(p).empty());
        EXPECT_NEAR(fixed_points(p)[0].x, 1, 1e-14);
        EXPECT_NEAR(fixed_points(p)[0].slope, 0, 1e-13);
        EXPECT_TRUE(fixed_points(p)[0].attracts());
    }
    EXPECT_TRUE(fixed_points({1, 0, 0, 0}).empty());
    EXPECT_TRUE(fixed_points({.5, 0, 0, 0}).empty());
}

TEST(Coefficients, fixed_points_are_where_a_fine_grid_sees_the_sign_change) {
    for (const OddPolynomial& p : many_polynomials()) {
        std::vector<double> seen;
        for (double x = 5e-5; x < 6; x += 1e-4)
            if ((p(x) > x) != (p(x + 1e-4) > x + 1e-4)) seen.push_back(x);
        std::vector<double> found;
        for (const FixedPoint& point : fixed_points(p))
            if (point.x > 5e-5 && point.x < 6) found.push_back(point.x);
        ASSERT_EQ(found.size(), seen.size()) << p.a << " " << p.b << " " << p.c << " " << p.d;
        for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(found[i], seen[i], 1.1e-4);
    }
}

TEST(Coefficients, a_polynomial_that_touches_the_line_has_one_fixed_point_there) {
    // x + x (x^2 - 1)^2
    const std::vector<FixedPoint> points = fixed_points({2, -2, 1, 0});
    ASSERT_EQ(points.size(), 1U);
    EXPECT_NEAR(points[0].x, 1, 1e-7);
}

bool stays_bounded(const OddPolynomial& p, double x) {
    for (int i = 0; i < 2000 && std::abs(x) < 1e6; ++i) x = p(x);
    return std::abs(x) < 1e6;
}

TEST(Coefficients, iterates_stay_bounded_up_to_the_range_of_convergence_and_not_beyond) {
    EXPECT_NEAR(convergence_range(jordan), 1.2637, 1e-4);
    EXPECT_NEAR(convergence_range(cubic), std::sqrt(5), 1e-12);
    EXPECT_EQ(convergence_range({.5, 0, 0, 0}), infinity);
    EXPECT_EQ(convergence_range({1, 0, 0, 0}), infinity);
    EXPECT_EQ(convergence_range({2, 0, 0, 0}), 0);
    EXPECT_EQ(convergence_range({2, 1, 0, 0}), 0);
    int some = 0, none = 0;
    for (const OddPolynomial& p : many_polynomials()) {
        const double range = convergence_range(p);
        if (range == infinity) continue;
        (range > 0 ? some : none)++;
        for (int i = 1; i < 1000; ++i)
            EXPECT_TRUE(stays_bounded(p, range * i / 1000)) << range << " of " << p.a << " " << p.b;
        // Just beyond, some start escapes; where nothing stays, however small.
        bool escapes = false;
        for (int i = 1; i <= 4000 && !escapes; ++i)
            escapes = !stays_bounded(p, range > 0 ? range * (1 + 1e-3 * i / 4000) : .01 * i / 4000);
        EXPECT_TRUE(escapes) << range << " of " << p.a << " " << p.b << " " << p.c << " " << p.d;
    }
    EXPECT_GT(some, 50);
    EXPECT_GT(none, 20);
}

TEST(Coefficients, an_image_is_what_a_fine_grid_sees) {
    Generator generator(12, Purpose::target);
    for (const OddPolynomial& p : many_polynomials()) {
        const double low = generator.uniform(), high = low + generator.uniform();
        double least = infinity, largest = 0;
        for (int i = 0; i <= 20000; ++i) {
            const double y = std::abs(p(low + (high - low) * i / 20000.0));
            least = std::min(least, y);
            largest = std::max(largest, y);
        }
        const Interval found = image(p, {low, high});
        const double spacing = 1e-3 * (1 + largest);
        EXPECT_LE(found.low, least + 1e-12);
        EXPECT_GE(found.low, least - spacing);
        EXPECT_GE(found.high, largest - 1e-12);
        EXPECT_LE(found.high, largest + spacing);
    }
}

TEST(Coefficients, no_other_cubic_brings_an_interval_nearer_to_one) {
    for (const Interval from : {Interval{1e-3, 1}, {.05, 1}, {.3, 1.4}, {.8, .9}, {1, 1}}) {
        const OddPolynomial best = optimal_cubic(from);
        const auto distance = [&](const OddPolynomial& p) {
            const double ends = std::max(std::abs(p(from.low) - 1), std::abs(p(from.high) - 1));
            double largest = ends;
            for (int i = 0; i <= 2000; ++i)
                largest = std::max(largest,
                                   std::abs(p(from.low + (from.high - from.low) * i / 2000.0) - 1));
            return largest;
        };
        const double reached = distance(best);
        const Interval to = image(best, from);
        EXPECT_NEAR(to.low + to.high, 2, 1e-12) << "the image is [2 - beta, beta]";
        EXPECT_NEAR(to.high - 1, reached, 1e-6);
        for (int i = -40; i <= 40; ++i)
            for (int j = -40; j <= 40; ++j) {
                const OddPolynomial other{best.a * (1 + i * 2e-3), best.b * (1 + j * 2e-3), 0, 0};
                EXPECT_GE(distance(other), reached - 1e-6);
            }
    }
}

}  // namespace
}  // namespace muonscope
