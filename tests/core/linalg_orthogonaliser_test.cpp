#include "core/linalg/orthogonaliser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/bfloat16.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr Precision precisions[] = {Precision::float64, Precision::float32, Precision::bfloat16,
                                    Precision::tensor_core};

OrthogonaliserSpec of(Engine engine, Precision precision = Precision::float64, int iterations = 5) {
    OrthogonaliserSpec spec;
    spec.engine = engine;
    spec.precision = precision;
    spec.iterations = iterations;
    spec.seed = 3;
    return spec;
}

Matrix gaussian(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed = 1) {
    return Generator(seed, Purpose::target).normal_matrix(rows, cols);
}

Matrix orthogonalised(const Matrix& gradient, const OrthogonaliserSpec& spec) {
    Matrix result(gradient.rows(), gradient.cols());
    Orthogonaliser(gradient.rows(), gradient.cols(), spec).orthogonalise(gradient, result);
    return result;
}

Matrix with_spectrum(Eigen::Index rows, Eigen::Index cols, const Vector& s, std::uint64_t seed) {
    const Eigen::Index r = std::min(rows, cols);
    return Generator(seed, Purpose::target).orthogonal_matrix(rows, r) * s.asDiagonal() *
           Generator(seed, Purpose::start).orthogonal_matrix(r, cols);
}

struct Case {
    Matrix gradient;
    Vector s;  // its singular values
};
// Gaussian, falling fast or slowly, a few equal ones, one only; shapes both ways.
std::vector<Case> many_cases() {
    std::vector<Case> cases;
    Generator generator(5, Purpose::target);
    for (int i = 0; i < 60; ++i) {
        const auto rows = static_cast<Eigen::Index>(1 + generator.below(40));
        const auto cols = static_cast<Eigen::Index>(1 + generator.below(40));
        const Eigen::Index r = std::min(rows, cols);
        Vector s(r);
        const double fall = .3 + .7 * generator.uniform();
        for (Eigen::Index k = 0; k < r; ++k)
            s(k) = i % 4 == 0   ? std::pow(fall, static_cast<double>(k))
                   : i % 4 == 1 ? 1 / static_cast<double>(k + 1)
                   : i % 4 == 2 ? (k < r / 2 ? 1.0 : .1)
                                : 1 - generator.uniform();
        std::sort(s.begin(), s.end(), std::greater<>());
        s *= std::exp(3 * generator.normal());
        // Below, what the numerical rank is would be the test's choice.
        s = s.cwiseMax(1e-9 * s(0));
        cases.push_back({with_spectrum(rows, cols, s, static_cast<std::uint64_t>(i)), s});
    }
    return cases;
}

TEST(Orthogonaliser, every_engine_with_a_transfer_function_applies_it_to_the_singular_values) {
    for (Case one : many_cases()) {
        one.gradient *= 1e9;  // beside which the floors that some add to the norm are nothing
        const ThinSvd svd = thin_svd(one.gradient);
        for (const EngineName& name : engine_names())
            for (int iterations : {1, 5, 8}) {
                const OrthogonaliserSpec spec = of(name.engine, Precision::float64, iterations);
                Vector mapped = svd.s / one.gradient.norm();
                if (!transfer(spec, 1)) continue;
                for (double& x : mapped) x = *transfer(spec, x);
                const Matrix expected = svd.u * mapped.asDiagonal() * svd.v.transpose();
                // Newton's first step inverts the smallest value, and its error with it; x^p the
                // power of it. Of the polar factor that value's vectors are half, and as uncertain.
                const double size = std::max(1.0, mapped.maxCoeff());
                const double inverse = one.s(0) / one.s(one.s.size() - 1);
                const double error = name.engine == Engine::svd              ? 1e-16 * inverse
                                     : name.engine == Engine::newton         ? 1e-14 * inverse
                                     : name.engine == Engine::spectral_power ? 1e-15 * inverse
                                                                             : 0;
                EXPECT_LT((orthogonalised(one.gradient, spec) - expected).norm(),
                          (error + 1e-9) * size * 10)
                    << name.slug << " x" << iterations << ", " << one.gradient.rows() << " x "
                    << one.gradient.cols();
            }
    }
}

// By how much the transfer function may stretch a relative error of the singular values.
double amplification(Engine engine, const Case& one) {
    const OrthogonaliserSpec spec = of(engine);
    if (!is_polynomial(engine) || !transfer(spec, 1)) return 0;
    double most = 0;
    for (const double s : one.s) {
        const double x = s / one.s.norm();
        most =
            std::max(most, std::abs(*transfer(spec, x * (1 + 1e-7)) - *transfer(spec, x)) / 1e-7);
    }
    return most;
}

TEST(Orthogonaliser, float_stays_near_double) {
    for (const Case& one : many_cases())
        for (const EngineName& name : engine_names()) {
            // What float's rounding is amplified by: inverses of the smallest value, the slope at
            // zero, the nearness of values whose order decides.
            if (name.engine == Engine::random_spectrum) continue;
            const double least = one.s(one.s.size() - 1) / one.gradient.norm();
            if (least < 3e-2) continue;
            const Matrix exact = orthogonalised(one.gradient, of(name.engine));
            const Matrix near = orthogonalised(one.gradient, of(name.engine, Precision::float32));
            EXPECT_LT((near - exact).norm(),
                      2e-4 * exact.norm() / least + 2e-7 * amplification(name.engine, one))
                << name.slug << ", " << one.gradient.rows() << " x " << one.gradient.cols();
            EXPECT_GT((near - exact).norm(), 0) << name.slug << ": this is not float";
        }
}

TEST(Orthogonaliser, rounded_factorisations_give_bfloat16_numbers_near_the_exact_ones) {
    const Matrix gradient = gaussian(12, 7);
    for (const EngineName& name : engine_names())
        for (Precision precision : {Precision::bfloat16, Precision::tensor_core}) {
            const Matrix rounded = orthogonalised(gradient, of(name.engine, precision));
            for (const double x : rounded.reshaped())
                EXPECT_EQ(x, static_cast<double>(to_bfloat16(static_cast<float>(x)))) << name.slug;
            const Matrix exact = orthogonalised(gradient, of(name.engine));
            // Its last quintic is the steepest of all about 1.
            const double share = name.engine == Engine::polar_express_speed ? .15 : .1;
            EXPECT_LT((rounded - exact).norm(), share * exact.norm()) << name.slug;
        }
}

// Columns that differ by less than bfloat16 tells apart are the same column: a matrix of rank 1.
TEST(Orthogonaliser, rounded_factorisations_do_not_see_what_rounding_takes_away) {
    Matrix gradient = Matrix::Ones(2, 2);
    gradient(1, 1) = 1 + 1.0 / 2048;
    int engines = 0;
    for (const EngineName& name : engine_names()) {
        if (is_polynomial(name.engine)) continue;
        ++engines;
        for (Precision precision : {Precision::bfloat16, Precision::tensor_core})
            EXPECT_EQ(orthogonalised(gradient, of(name.engine, precision)),
                      orthogonalised(Matrix::Ones(2, 2), of(name.engine, precision)))
                << name.slug;
        for (Precision precision : {Precision::float32, Precision::float64})
            EXPECT_NE(orthogonalised(gradient, of(name.engine, precision)),
                      orthogonalised(Matrix::Ones(2, 2), of(name.engine, precision)))
                << name.slug;
    }
    EXPECT_GE(engines, 3);
    for (const Engine engine : {Engine::svd, Engine::newton}) {
        // The nearest orthogonal matrix of rank 1 and of rank 2.
        EXPECT_NEAR(orthogonalised(gradient, of(engine, Precision::bfloat16)).norm(), 1, 0.01);
        EXPECT_NEAR(orthogonalised(gradient, of(engine, Precision::float64, 40)).norm(),
                    std::sqrt(2.0), 0.01);
    }
}

TEST(Orthogonaliser, a_zero_matrix_gives_zero_and_what_is_not_finite_stays_so) {
    for (const EngineName& name : engine_names())
        for (Precision precision : precisions)
            for (const auto& [rows, cols] :
                 std::vector<std::pair<int, int>>{{1, 1}, {4, 6}, {6, 4}, {5, 5}}) {
                const OrthogonaliserSpec spec = of(name.engine, precision);
                EXPECT_EQ(orthogonalised(Matrix::Zero(rows, cols), spec), Matrix::Zero(rows, cols))
                    << name.slug;
                for (double bad : {std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::infinity()}) {
                    Matrix gradient = gaussian(rows, cols);
                    gradient(rows - 1, 0) = bad;
                    EXPECT_FALSE(orthogonalised(gradient, spec).allFinite()) << name.slug;
                }
            }
}

// A single row is divided by its own norm, whatever the scaling by rows.
double turbo_of_one(const OrthogonaliserSpec& spec) {
    double x = 1;
    for (int i = 0; i < spec.iterations; ++i) x = polynomial_of(spec, i)(x);
    return x;
}

TEST(Orthogonaliser, a_single_row_or_column_keeps_its_direction) {
    for (const EngineName& name : engine_names())
        for (int n : {1, 2, 17}) {
            const Matrix column = 1e6 * gaussian(n, 1);  // beside which 1e-7 is nothing
            const OrthogonaliserSpec spec = of(name.engine);
            const Matrix result = orthogonalised(column, spec);
            const double length = name.engine == Engine::random_spectrum
                                      ? result.norm()
                                      : transfer(spec, 1).value_or(
                                            name.engine == Engine::turbo ? turbo_of_one(spec) : 1);
            EXPECT_GT(length, 0);
            EXPECT_LT((result - length * column.normalized()).norm(), 1e-6) << name.slug;
            EXPECT_LT((orthogonalised(column.transpose(), spec).transpose() - result).norm(), 1e-9)
                << name.slug;
        }
}

TEST(Orthogonaliser, directions_that_are_not_there_are_not_made_up) {
    for (const auto& [rows, cols] : std::vector<std::pair<int, int>>{{9, 9}, {14, 6}, {6, 14}}) {
        Vector s = Vector::Zero(std::min(rows, cols));
        s.head(3) << 2, 1, .5;
        const Matrix gradient = with_spectrum(rows, cols, s, 8);
        const ThinSvd svd = thin_svd(gradient);
        const Matrix left = svd.u.leftCols(3), right = svd.v.leftCols(3);
        for (const EngineName& name : engine_names())
            for (Precision precision : {Precision::float64, Precision::float32}) {
                const Matrix result = orthogonalised(gradient, of(name.engine, precision));
                ASSERT_TRUE(result.allFinite()) << name.slug;
                // 485 = Jordan's slope: what rounding leaves is lifted as any small value is.
                const double error = precision == Precision::float64 ? 1e-11 : 2e-3;
                // Gram-Schmidt keeps the space of what it works on, columns or, if wide, rows;
                // scaled rows, or columns if tall, leave the space of the others alone.
                const bool turbo = name.engine == Engine::turbo;
                const bool keeps_left =
                    turbo ? rows > cols : name.engine != Engine::qr || rows >= cols;
                const bool keeps_right =
                    turbo ? rows <= cols : name.engine != Engine::qr || rows < cols;
                const Matrix beside = result - left * (left.transpose() * result);
                const Matrix before = result - (result * right) * right.transpose();
                EXPECT_LT((keeps_left ? beside : before).norm(), error) << name.slug;
                EXPECT_LT((keeps_right ? before : beside).norm(), error) << name.slug;
                if (!transfer(of(name.engine), 1)) continue;
                for (int k = 0; k < 3; ++k)
                    EXPECT_NEAR(left.col(k).dot(result * right.col(k)),
                                *transfer(of(name.engine), s(k) / s.norm()), 2e-3)
                        << name.slug;
            }
    }
}

TEST(Orthogonaliser, polar_like_engines_commute_with_transposition_and_rotation) {
    for (const Case& one : many_cases()) {
        const Matrix& g = one.gradient;
        const double inverse = one.s(0) / one.s(one.s.size() - 1);
        if (inverse > 1e4) continue;
        const Matrix left = Generator(7, Purpose::target).orthogonal_matrix(g.rows(), g.rows());
        for (const EngineName& name : engine_names()) {
            if (!transfer(of(name.engine), 1)) continue;  // qr and turbo depend on the basis
            const Matrix result = orthogonalised(g, of(name.engine));
            const double error = 1e-10 * inverse * std::max(1.0, result.norm());
            EXPECT_LT((orthogonalised(g.transpose(), of(name.engine)).transpose() - result).norm(),
                      error)
                << name.slug;
            EXPECT_LT((orthogonalised(left * g, of(name.engine)) - left * result).norm(), error)
                << name.slug;
        }
    }
}

TEST(Orthogonaliser, scale_of_the_gradient_does_not_matter) {
    const Matrix gradient = gaussian(10, 16);
    for (const EngineName& name : engine_names())
        for (Precision precision : {Precision::float64, Precision::float32}) {
            const Matrix expected = orthogonalised(gradient, of(name.engine, precision));
            // Engines with 1e-7 beside the norm are told gradients much larger than that.
            const bool has_floor = is_polynomial(name.engine) && prescale_of(name.engine).floor > 0;
            for (double scale : {1e-140, 1e-30, 1e3, 1e60, 1e200}) {
                if (scale < 1 && has_floor) continue;
                const Matrix scaled = orthogonalised(scale * gradient, of(name.engine, precision));
                EXPECT_LT((scaled - expected).norm(), 3e-4 * expected.norm())
                    << name.slug << " at " << scale;
            }
        }
}

TEST(Orthogonaliser, the_exact_polar_factor_is_the_nearest_and_its_cosine_the_nuclear_norms_share) {
    for (const Case& one : many_cases()) {
        const Matrix polar = orthogonalised(one.gradient, of(Engine::svd));
        const double inverse = one.s(0) / one.s(one.s.size() - 1);
        EXPECT_LT((polar - polar_factor(one.gradient)).norm(), 1e-12 + 1e-14 * inverse);
        const double cosine =
            polar.cwiseProduct(one.gradient).sum() / (polar.norm() * one.gradient.norm());
        EXPECT_NEAR(
            cosine,
            one.s.sum() / (std::sqrt(static_cast<double>(one.s.size())) * one.gradient.norm()),
            1e-12);
    }
}

TEST(Orthogonaliser, newton_and_polar_express_come_to_the_polar_factor) {
    for (const Case& one : many_cases()) {
        if (one.s(one.s.size() - 1) < 2e-3 * one.gradient.norm()) continue;
        const Matrix polar = polar_factor(one.gradient);
        EXPECT_LT((orthogonalised(one.gradient, of(Engine::newton, Precision::float64, 20)) - polar)
                      .norm(),
                  1e-9);
        EXPECT_LT(
            (orthogonalised(one.gradient, of(Engine::polar_express, Precision::float64, 8)) - polar)
                .norm(),
            1e-5);
    }
}

TEST(Orthogonaliser, qr_is_gram_schmidt) {
    for (const Case& one : many_cases()) {
        if (one.s(one.s.size() - 1) < 1e-4 * one.s(0)) continue;
        const bool wide = one.gradient.rows() < one.gradient.cols();
        const Matrix tall = wide ? Matrix(one.gradient.transpose()) : one.gradient;
        Matrix q = tall;
        for (Eigen::Index j = 0; j < q.cols(); ++j) {
            for (Eigen::Index i = 0; i < j; ++i) q.col(j) -= q.col(i).dot(q.col(j)) * q.col(i);
            q.col(j).normalize();
        }
        Matrix result = orthogonalised(one.gradient, of(Engine::qr));
        if (wide) result.transposeInPlace();
        EXPECT_LT((result - q).norm(), 1e-8);
    }
}

TEST(Orthogonaliser, qr_leaves_out_columns_that_depend_on_those_before) {
    Matrix gradient = gaussian(8, 5);
    gradient.col(2) = gradient.col(0) - 3 * gradient.col(1);
    gradient.col(3).setZero();
    Matrix others(8, 3);
    others << gradient.col(0), gradient.col(1), gradient.col(4);
    const Matrix q = orthogonalised(others, of(Engine::qr));
    const Matrix result = orthogonalised(gradient, of(Engine::qr));
    EXPECT_EQ(result.col(2), Vector::Zero(8));
    EXPECT_EQ(result.col(3), Vector::Zero(8));
    EXPECT_LT((result.col(0) - q.col(0)).norm() + (result.col(1) - q.col(1)).norm() +
                  (result.col(4) - q.col(2)).norm(),
              1e-12);
}

TEST(Orthogonaliser, a_random_spectrum_keeps_the_vectors_and_depends_on_the_seed_alone) {
    Vector s(6);
    s << 6, 5, 4, 3, 2, 1;
    const Matrix gradient = with_spectrum(9, 6, s, 4);
    const ThinSvd svd = thin_svd(gradient);
    OrthogonaliserSpec spec = of(Engine::random_spectrum);
    Orthogonaliser orthogonaliser(9, 6, spec);
    Matrix first(9, 6), second(9, 6);
    orthogonaliser.orthogonalise(gradient, first);
    orthogonaliser.orthogonalise(gradient, second);
    EXPECT_EQ(first, second);
    const Matrix middle = svd.u.transpose() * first * svd.v;
    EXPECT_LT((middle - Matrix(middle.diagonal().asDiagonal())).norm(), 1e-12);
    EXPECT_GT(middle.diagonal().minCoeff(), 0);
    EXPECT_LE(middle.diagonal().maxCoeff(), 1 + 1e-12);
    EXPECT_GT(middle.diagonal().maxCoeff() - middle.diagonal().minCoeff(), .1);
    spec.seed = 4;
    orthogonaliser.reconfigure(spec);
    orthogonaliser.orthogonalise(gradient, second);
    EXPECT_GT((first - second).norm(), .1);
}

TEST(Orthogonaliser, one_that_is_reconfigured_or_copied_is_as_good_as_a_new_one) {
    const Matrix gradient = gaussian(7, 11);
    Orthogonaliser changing(7, 11, of(Engine::jordan));
    Matrix result(7, 11);
    for (const EngineName& name : engine_names())
        for (Precision precision : precisions) {
            const OrthogonaliserSpec spec = of(name.engine, precision, 4);
            changing.reconfigure(spec);
            EXPECT_EQ(changing.spec(), spec);
            changing.orthogonalise(gradient, result);
            EXPECT_EQ(result, orthogonalised(gradient, spec)) << name.slug;
            Orthogonaliser copy(changing);
            changing.orthogonalise(2 * gradient, result);
            copy.orthogonalise(gradient, result);
            EXPECT_EQ(result, orthogonalised(gradient, spec)) << name.slug;
        }
}

}  // namespace
}  // namespace muonscope
