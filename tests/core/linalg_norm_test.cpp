#include "core/linalg/reductions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/linalg/factorisations.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/spectrum.h"
#include "core/measure/preservation.h"
#include "core/measure/spectrum_measures.h"
#include "core/optim/optimizer.h"
#include "core/optim/weight_decay.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr double largest_double = std::numeric_limits<double>::max();

Matrix gaussian(Eigen::Index rows, Eigen::Index cols) {
    return Generator(5, Purpose::target).normal_matrix(rows, cols);
}

const std::vector<double> scales = {1e-310, 1e-300, 1e-200, 1e-155, 1, 1e155, 1e200, 1e300};

TEST(Norm, is_that_of_the_matrix_at_any_scale) {
    const Matrix matrix = gaussian(6, 4);
    for (const double scale : scales) {
        const double digits = scale < 1e-307 ? 1e-2 : 1e-14;  // of what has few digits itself
        EXPECT_NEAR(norm(Matrix(scale * matrix)) / scale, matrix.norm(), digits * matrix.norm());
        const ScaledNorm scaled = scaled_norm(Matrix(scale * matrix));
        EXPECT_NEAR((scaled.unit * (scale * matrix)).norm() / scaled.norm, 1, 1e-15);
    }
    EXPECT_EQ(norm(matrix), matrix.norm());
    const Matrix all = Matrix::Constant(4, 4, 1.7e308);
    EXPECT_TRUE(std::isinf(norm(all)));
    EXPECT_TRUE(std::isfinite(scaled_norm(all).norm));
    EXPECT_EQ(norm(Matrix(Matrix::Zero(3, 3))), 0);
    EXPECT_EQ(norm(Matrix(0, 0)), 0);
    Matrix bad = matrix;
    bad(1, 1) = std::nan("");
    EXPECT_TRUE(std::isnan(norm(bad)));
    bad(1, 1) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isinf(norm(bad)));
}

// Orthogonalisation forgets scale: but for the floor that some add to the norm, every engine makes
// the same of G and of 1e300 G, and of matrices whose norm is no double.
TEST(Norm, every_engine_orthogonalises_at_any_scale) {
    const Matrix matrix = gaussian(6, 4);
    for (const EngineName& name : engine_names())
        for (const Precision precision :
             {Precision::float64, Precision::float32, Precision::bfloat16, Precision::tensor_core,
              Precision::bfloat16_fused}) {
            OrthogonaliserSpec spec;
            spec.engine = name.engine;
            spec.precision = precision;
            const auto made = [&](const Matrix& gradient) {
                Matrix result(gradient.rows(), gradient.cols());
                Orthogonaliser(gradient.rows(), gradient.cols(), spec)
                    .orthogonalise(gradient, result);
                return result;
            };
            const Matrix usual = made(1e20 * matrix);
            const double digits = precision == Precision::float64   ? 1e-11
                                  : precision == Precision::float32 ? 1e-3
                                                                    : 0.2;
            for (const double scale : {1e155, 1e200, 1e300, 4e307})
                EXPECT_LT((made(scale * matrix) - usual).norm(), digits * usual.norm())
                    << name.slug << " " << scale << " " << static_cast<int>(precision);
            const Matrix flat = made(Matrix::Constant(4, 4, largest_double));
            EXPECT_TRUE(flat.allFinite()) << name.slug;
            // The best cubic for [low, 1] takes 1 itself down to 2 - beta, which rounding may lose.
            if (name.engine != Engine::optimal_cubic) {
                EXPECT_GT(flat.norm(), 0.1) << name.slug;
            }
            for (const double scale : {1e-310, 1e-200})
                EXPECT_TRUE(made(scale * matrix).allFinite()) << name.slug << " " << scale;
        }
}

TEST(Norm, measures_and_the_polar_factor_know_no_scale) {
    const Matrix matrix = gaussian(6, 4), other = gaussian(4, 6).transpose();
    const Matrix polar = polar_factor(matrix);
    const double cosine = gradient_fidelity(matrix, other);
    for (const double scale : scales) {
        const double digits = scale < 1e-307 ? 1e-2 : 1e-12;
        EXPECT_LT((polar_factor(scale * matrix) - polar).norm(), digits) << scale;
        EXPECT_NEAR(gradient_fidelity(scale * matrix, other), cosine, digits) << scale;
        EXPECT_NEAR(gradient_fidelity(scale * matrix, scale * other), cosine, digits) << scale;
        EXPECT_NEAR(gradient_fidelity(scale * matrix, matrix), 1, digits) << scale;
        const double kept = preservation(scale * other, scale * matrix, Matrix());
        EXPECT_NEAR(kept, preservation(other, matrix, Matrix()), digits) << scale;
        const UpdateParts parts = split_update(scale * matrix, other);
        EXPECT_NEAR(parts.along, split_update(matrix, other).along, digits) << scale;
        EXPECT_NEAR(std::hypot(parts.along, parts.across), other.norm(), 1e-12) << scale;
    }
    EXPECT_NEAR(polar_factor(Matrix::Constant(4, 4, 1.7e308)).norm(), 1, 1e-14);
}

TEST(Norm, norm_laws_hold_at_any_scale) {
    const Matrix matrix = gaussian(6, 4);
    for (const OptimizerKind kind : {OptimizerKind::muon, OptimizerKind::spectral})
        for (const NormLaw law : {NormLaw::matched, NormLaw::rms})
            for (const double scale : {1e-200, 1e155, 1e300}) {
                OptimizerSpec spec;
                spec.kind = kind;
                spec.norm_law = law;
                spec.lr = 0.5;
                spec.orthogonaliser.engine = Engine::svd;
                spec.orthogonaliser.power = 0;
                Matrix update(6, 4);
                LayerOptimizer(6, 4, spec).update(scale * matrix, Matrix::Zero(6, 4), update);
                const double wanted = law == NormLaw::matched ? 0.5 * norm(Matrix(scale * matrix))
                                                              : 0.5 * std::sqrt(24.0);
                EXPECT_NEAR(norm(update) / wanted, 1, 1e-6) << scale;
            }
}

}  // namespace
}  // namespace muonscope
