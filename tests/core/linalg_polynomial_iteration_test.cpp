#include "core/linalg/polynomial_iteration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

Matrix gaussian(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed = 1) {
    return Generator(seed, Purpose::target).normal_matrix(rows, cols);
}

constexpr OddPolynomial jordan{jordan_coefficients.a, jordan_coefficients.b, jordan_coefficients.c,
                               0};

Matrix orthogonalised(const Matrix& gradient, int iterations, Precision precision) {
    const std::vector<OddPolynomial> polynomials(static_cast<std::size_t>(iterations), jordan);
    Matrix result(gradient.rows(), gradient.cols());
    PolynomialIteration(gradient.rows(), gradient.cols(), precision)
        .orthogonalise(gradient, polynomials, {1, 1e-7}, result);
    return result;
}

// What the iteration does to each singular value, by the scalar polynomial written out here.
double quintic_map(double x, int iterations) {
    for (int i = 0; i < iterations; ++i)
        x = 3.4445 * x - 4.7750 * x * x * x + 2.0315 * x * x * x * x * x;
    return x;
}

struct Range {
    int iterations;
    double l, low, high;
};
// Jordan x3, x5, x10 for inputs in [l, 1]; the tables' three digits.
const std::vector<Range> published_ranges = {
    {3, 1e-3, .041, 1.202},  {3, 1e-2, .400, 1.202},  {3, .1, .682, 1.134},
    {5, 1e-3, .471, 1.202},  {5, 1e-2, .682, 1.134},  {5, .1, .682, 1.134},
    {10, 1e-3, .682, 1.134}, {10, 1e-2, .682, 1.134}, {10, .1, .682, 1.134}};
constexpr double last_digit = 1.0e-3;

TEST(PolynomialIteration,
     it_keeps_the_directions_of_a_matrix_and_maps_its_values_by_the_polynomial) {
    for (const auto& [rows, cols] : std::vector<std::pair<int, int>>{
             {1, 1}, {1, 9}, {9, 1}, {8, 8}, {5, 12}, {12, 5}, {64, 64}})
        for (int iterations : {1, 3, 5, 10, 20}) {
            const Matrix gradient = gaussian(rows, cols);
            const ThinSvd svd = thin_svd(gradient);
            Vector mapped = svd.s / (gradient.norm() + 1e-7);
            for (double& x : mapped) x = quintic_map(x, iterations);
            const Matrix expected = svd.u * mapped.asDiagonal() * svd.v.transpose();
            const auto size = static_cast<double>(gradient.size());
            EXPECT_LT((orthogonalised(gradient, iterations, Precision::float64) - expected).norm(),
                      1e-9 * std::sqrt(size))
                << rows << " x " << cols << ", " << iterations;
            // Twenty chaotic iterations amplify float's rounding beyond any useful bound.
            if (iterations <= 5) {
                EXPECT_LT(
                    (orthogonalised(gradient, iterations, Precision::float32) - expected).norm(),
                    3e-5 * std::sqrt(size))
                    << rows << " x " << cols << ", " << iterations;
            }
        }
}

TEST(PolynomialIteration, real_matrices_land_in_the_published_ranges) {
    const Matrix u = Generator(5, Purpose::target).orthogonal_matrix(60, 48);
    const Matrix v = Generator(6, Purpose::target).orthogonal_matrix(48, 48);
    for (const Range& range : published_ranges) {
        // Shares of the norm from l up to the largest that 48 falling values allow.
        Vector s(48);
        for (Eigen::Index k = 0; k < 48; ++k)
            s(k) = std::pow(range.l, static_cast<double>(k) / 47.0);
        const Matrix gradient = u * s.asDiagonal() * v.transpose();
        if (range.l < 0.05) s /= s.norm();
        for (Precision precision : {Precision::float64, Precision::float32}) {
            const Vector values =
                singular_values(orthogonalised(gradient, range.iterations, precision));
            const double least = s(47) / s.norm();
            double low = 10, high = 0;
            for (int i = 0; i <= 100000; ++i) {
                const double y =
                    quintic_map(least * std::pow(1 / least, i / 100000.0), range.iterations);
                low = std::min(low, y);
                high = std::max(high, y);
            }
            EXPECT_GE(values(47), low - 1e-3);
            EXPECT_LE(values(0), high + 1e-3);
            if (least >= range.l) {
                EXPECT_GE(values(47), range.low - last_digit);
                EXPECT_LE(values(0), range.high + last_digit);
            }
        }
    }
}

TEST(PolynomialIteration, scale_of_the_gradient_does_not_matter) {
    const Matrix gradient = gaussian(10, 16);
    const Matrix expected = orthogonalised(gradient, 5, Precision::float32);
    for (double scale : {1e6, 1e60, 1e150})
        EXPECT_LT((orthogonalised(scale * gradient, 5, Precision::float32) - expected).norm(),
                  1e-4);
}

TEST(PolynomialIteration, a_zero_matrix_gives_zero_and_not_a_number_passes_through) {
    for (Precision precision :
         {Precision::float64, Precision::float32, Precision::bfloat16, Precision::tensor_core}) {
        EXPECT_EQ(orthogonalised(Matrix::Zero(4, 6), 5, precision), Matrix::Zero(4, 6));
        Matrix bad = gaussian(4, 6);
        bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
        EXPECT_TRUE(orthogonalised(bad, 5, precision).hasNaN());
    }
}

// bfloat16 by decimal search among its neighbours: sign, 8 bits of exponent, 7 of mantissa.
double nearest_bfloat16(double x) {
    if (x == 0 || !std::isfinite(x)) return x;
    int exponent = 0;
    std::frexp(x, &exponent);
    const double unit = std::ldexp(1.0, exponent - 8);
    return std::nearbyint(x / unit) * unit;  // ties to even
}

TEST(PolynomialIteration, bfloat16_rounds_after_every_operation_as_a_plain_loop_does) {
    const Matrix gradient = gaussian(3, 5);
    const auto r = nearest_bfloat16;
    const auto product = [&](const Matrix& a, const Matrix& b) {
        Matrix c(a.rows(), b.cols());
        for (Eigen::Index i = 0; i < c.rows(); ++i)
            for (Eigen::Index j = 0; j < c.cols(); ++j) {
                double sum = 0;
                for (Eigen::Index k = 0; k < a.cols(); ++k) sum += a(i, k) * b(k, j);
                c(i, j) = r(sum);
            }
        return c;
    };
    Matrix x = gradient.unaryExpr(r);
    const double norm = r(r(x.norm()) + 1e-7);
    x = (x / norm).unaryExpr(r);
    for (int i = 0; i < 3; ++i) {
        const Matrix a = product(x, x.transpose());
        const Matrix ca = (static_cast<double>(2.0315f) * a).unaryExpr(r);
        const Matrix ba = (static_cast<double>(-4.7750f) * a).unaryExpr(r);
        const Matrix b = (ba + product(ca, a)).unaryExpr(r);
        const Matrix ax = (static_cast<double>(3.4445f) * x).unaryExpr(r);
        x = (ax + product(b, x)).unaryExpr(r);
    }
    const Matrix result = orthogonalised(gradient, 3, Precision::bfloat16);
    EXPECT_EQ(result, result.unaryExpr(r)) << "not on the bfloat16 grid";
    // Sums of products in double and in float may round to neighbours once in a while.
    EXPECT_LE((result - x).cwiseAbs().maxCoeff(), 1.0 / 128);
    EXPECT_LT(((result - x).array() != 0).count(), 4);
    EXPECT_GT((result - orthogonalised(gradient, 3, Precision::float32)).norm(), 1e-4);
}

TEST(PolynomialIteration, a_copy_works_on_its_own_memory) {
    const Matrix gradient = gaussian(6, 4);
    const std::vector<OddPolynomial> polynomials(5, jordan);
    PolynomialIteration original(6, 4, Precision::float64);
    PolynomialIteration copy(original);
    Matrix a(6, 4), b(6, 4);
    original.orthogonalise(gradient, polynomials, {1, 1e-7}, a);
    copy.orthogonalise(2 * gradient, polynomials, {1, 1e-7}, b);
    EXPECT_LT((a - b).norm(), 1e-6);
    copy = original;
    copy.orthogonalise(gradient, polynomials, {1, 1e-7}, b);
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace muonscope
