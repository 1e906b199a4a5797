#include "core/linalg/spectrum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random/generator.h"
#include "tests/jacobi_svd.h"

namespace muonscope {
namespace {

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Matrix gaussian(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed = 1) {
    return Generator(seed, Purpose::target).normal_matrix(rows, cols);
}

Matrix with_values(const Vector& s, Eigen::Index rows, Eigen::Index cols) {
    const Matrix u = Generator(2, Purpose::target).orthogonal_matrix(rows, s.size());
    const Matrix v = Generator(3, Purpose::target).orthogonal_matrix(cols, s.size());
    return u * s.asDiagonal() * v.transpose();
}

// One-sided Jacobi in 64 bits of mantissa: another algorithm, more digits than are asked for.
Vector reference(const Matrix& matrix) {
    const LongMatrix copy = matrix.cast<long double>();
    return Eigen::JacobiSVD<LongMatrix>(copy).singularValues().cast<double>();
}

void expect_close(const Vector& values, const Vector& expected, const std::string& what) {
    ASSERT_EQ(values.size(), expected.size());
    for (Eigen::Index k = 0; k + 1 < values.size(); ++k) EXPECT_GE(values(k), values(k + 1));
    EXPECT_LE((values - expected).cwiseAbs().maxCoeff(), 20 * epsilon * expected(0)) << what;
}

TEST(Spectrum, values_agree_with_jacobi_in_extended_precision_at_every_small_shape) {
    for (Eigen::Index rows = 1; rows <= 20; ++rows)
        for (Eigen::Index cols = 1; cols <= 20; ++cols) {
            const Matrix matrix = gaussian(rows, cols);
            expect_close(singular_values(matrix), reference(matrix),
                         std::to_string(rows) + " x " + std::to_string(cols));
        }
}

TEST(Spectrum, values_agree_with_jacobi_in_extended_precision_at_the_usual_shapes) {
    for (const auto& [rows, cols] :
         std::vector<std::pair<int, int>>{{32, 32}, {64, 64}, {33, 70}, {100, 47}, {96, 96}}) {
        const Matrix matrix = gaussian(rows, cols);
        expect_close(singular_values(matrix), reference(matrix),
                     std::to_string(rows) + " x " + std::to_string(cols));
    }
}

TEST(Spectrum, known_spectra_come_back) {
    for (Eigen::Index n : {2, 9, 40, 256}) {
        std::vector<Vector> spectra(6, Vector(n));
        for (Eigen::Index k = 0; k < n; ++k) {
            const auto x = static_cast<double>(k);
            spectra[0](k) = 4 * std::pow(0.82, x);        // decays below rounding
            spectra[1](k) = std::pow(x + 1, -1.0);        //
            spectra[2](k) = 1;                            // all equal
            spectra[3](k) = k < (n + 1) / 2 ? 2 : 1e-9;   // two clusters
            spectra[4](k) = k == 0 ? 1e6 : 1;             // one far away
            spectra[5](k) = k < n / 2 ? 3 - x / 256 : 0;  // half the rank
        }
        for (std::size_t i = 0; i < spectra.size(); ++i)
            expect_close(singular_values(with_values(spectra[i], n + 3, n)), spectra[i],
                         "spectrum " + std::to_string(i) + ", n = " + std::to_string(n));
    }
}

TEST(Spectrum, rank_deficient_matrices_have_zeros_to_rounding) {
    for (Eigen::Index n : {2, 3, 8, 17, 64}) {
        const Matrix ones = Matrix::Ones(n, n);
        Vector expected = Vector::Zero(n);
        expected(0) = static_cast<double>(n);
        expect_close(singular_values(ones), expected, "ones");
        const Matrix matrix = gaussian(n, n / 2) * gaussian(n / 2, n, 2);
        expect_close(singular_values(matrix), reference(matrix), "half the rank");
        Matrix holes = gaussian(n, n);
        holes.col(n / 2).setZero();
        holes.row(0).setZero();
        expect_close(singular_values(holes), reference(holes), "empty row and column");
        expect_close(singular_values(Matrix::Identity(n, n + 2)), Vector::Ones(n), "identity");
        expect_close(
            singular_values(Matrix(Vector::LinSpaced(n, 1, static_cast<double>(n)).asDiagonal())),
            Vector::LinSpaced(n, static_cast<double>(n), 1), "ascending diagonal");
    }
}

TEST(Spectrum, a_zero_matrix_has_zeros_and_a_row_or_column_its_length) {
    EXPECT_EQ(singular_values(Matrix::Zero(5, 3)), Vector::Zero(3));
    const Matrix row = gaussian(1, 30);
    EXPECT_NEAR(singular_values(row)(0), row.norm(), 1e-14);
    EXPECT_NEAR(singular_values(Matrix(row.transpose()))(0), row.norm(), 1e-14);
    EXPECT_EQ(singular_values(Matrix::Constant(1, 1, -3.5))(0), 3.5);
}

TEST(Spectrum, very_large_and_very_small_entries_neither_overflow_nor_vanish) {
    const Matrix matrix = gaussian(12, 12);
    const Vector expected = reference(matrix);
    for (double scale : {1e300, 1e-300})
        expect_close(singular_values(scale * matrix) / scale, expected, std::to_string(scale));
}

TEST(Spectrum, anything_that_is_not_finite_gives_not_a_number_throughout) {
    for (double bad : {std::nan(""), std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity()}) {
        Matrix matrix = gaussian(9, 11);
        matrix(3, 4) = bad;
        EXPECT_TRUE(singular_values(matrix).array().isNaN().all());
        const ThinSvd svd = thin_svd(matrix);
        EXPECT_TRUE(svd.u.array().isNaN().all() && svd.s.array().isNaN().all() &&
                    svd.v.array().isNaN().all());
    }
}

TEST(Spectrum, one_workspace_serves_smaller_matrices_and_repeats_its_bits) {
    Spectrum spectrum(40, 20);
    for (const auto& [rows, cols] :
         std::vector<std::pair<int, int>>{{40, 20}, {3, 2}, {20, 40}, {7, 20}, {40, 20}}) {
        const Matrix matrix = gaussian(rows, cols);
        Vector values(std::min(rows, cols));
        spectrum.singular_values(matrix, std::span(values.data(), values.size()));
        EXPECT_EQ(values, singular_values(matrix));
    }
}

TEST(ThinSvd, puts_the_matrix_together_again_with_signs_that_do_not_depend_on_the_sign_of_noise) {
    for (const auto& [rows, cols] : std::vector<std::pair<int, int>>{{6, 9}, {9, 6}, {32, 32}}) {
        const Matrix matrix = gaussian(rows, cols);
        const ThinSvd svd = thin_svd(matrix);
        const Eigen::Index r = std::min(rows, cols);
        EXPECT_LT((svd.u * svd.s.asDiagonal() * svd.v.transpose() - matrix).norm(), 1e-12);
        EXPECT_LT((svd.u.transpose() * svd.u - Matrix::Identity(r, r)).norm(), 1e-12);
        EXPECT_LT((svd.v.transpose() * svd.v - Matrix::Identity(r, r)).norm(), 1e-12);
        for (Eigen::Index k = 0; k < r; ++k)
            EXPECT_EQ(svd.v.col(k).maxCoeff(), svd.v.col(k).cwiseAbs().maxCoeff());
        const ThinSvd negated = thin_svd(-matrix);
        EXPECT_LT((negated.v - svd.v).norm(), 1e-9);
        EXPECT_LT((negated.u + svd.u).norm(), 1e-9);
        const ThinSvd raw = thin_svd(matrix, Signs::householder);
        EXPECT_LT((raw.u * raw.s.asDiagonal() * raw.v.transpose() - matrix).norm(), 1e-12);
    }
}

TEST(PolarFactor, has_unit_singular_values_and_is_nearest_of_all_orthogonal_matrices) {
    const Matrix matrix = gaussian(7, 7);
    const Matrix polar = polar_factor(matrix);
    EXPECT_LT((polar * polar.transpose() - Matrix::Identity(7, 7)).norm(), 1e-13);
    // A = U H with H symmetric positive semi-definite.
    const Matrix h = polar.transpose() * matrix;
    EXPECT_LT((h - h.transpose()).norm(), 1e-12);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Matrix other = Generator(seed, Purpose::start).orthogonal_matrix(7, 7);
        EXPECT_GT((matrix - other).norm(), (matrix - polar).norm());
    }
}

TEST(PolarFactor, covers_the_numerical_rank_only) {
    const Matrix matrix = gaussian(8, 3) * gaussian(3, 6, 2);
    Vector expected = Vector::Zero(6);
    expected.head(3).setOnes();
    EXPECT_LT((singular_values(polar_factor(matrix)) - expected).norm(), 1e-12);
    EXPECT_EQ(polar_factor(Matrix::Zero(4, 3)), Matrix::Zero(4, 3));
}

// Two clusters of equal singular values, on which Eigen 3.4's divide and conquer can lose half of
// the digits.
TEST(Spectrum, decompositions_hold_to_rounding_where_singular_values_are_equal) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Generator generator(seed, Purpose::target);
        const auto rows = static_cast<Eigen::Index>(2 + generator.below(60));
        const auto cols = static_cast<Eigen::Index>(2 + generator.below(60));
        const Eigen::Index r = std::min(rows, cols);
        Vector s = Vector::Constant(r, 0.1);
        s.head(r / 2).setOnes();
        const Matrix a = generator.orthogonal_matrix(rows, r) * s.asDiagonal() *
                         generator.orthogonal_matrix(cols, r).transpose();
        const ThinSvd svd = thin_svd(a);
        const Matrix unit = Matrix::Identity(r, r);
        EXPECT_LT((svd.u.transpose() * svd.u - unit).norm(), 1e-11) << rows << " x " << cols;
        EXPECT_LT((svd.v.transpose() * svd.v - unit).norm(), 1e-11) << rows << " x " << cols;
        EXPECT_LT((a * svd.v - svd.u * svd.s.asDiagonal()).norm(), 1e-11) << rows << " x " << cols;
        EXPECT_LT((svd.s - s).norm(), 1e-12) << rows << " x " << cols;
    }
}

// Their squares are beyond what a number can hold.
TEST(ThinSvd, of_tiny_and_huge_matrices_has_their_own_values) {
    const Matrix matrix = gaussian(9, 6);
    const ThinSvd svd = thin_svd(matrix);
    for (const double factor : {0x1p-700, 0x1p700}) {
        const ThinSvd scaled = thin_svd(factor * matrix);
        for (Eigen::Index i = 0; i < 6; ++i)
            EXPECT_NEAR(scaled.s(i) / factor, svd.s(i), 1e-13 * svd.s(0)) << factor << " " << i;
        EXPECT_LT(
            (scaled.u * (scaled.s / factor).asDiagonal() * scaled.v.transpose() - matrix).norm(),
            1e-13 * matrix.norm())
            << factor;
    }
}

}  // namespace
}  // namespace muonscope
