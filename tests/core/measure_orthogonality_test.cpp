#include "core/measure/orthogonality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

TEST(Orthogonality, the_error_is_that_of_the_squared_singular_values) {
    Generator generator(1, Purpose::target);
    for (const auto& [rows, cols] : {std::pair{3, 7}, {7, 3}, {5, 5}}) {
        const Matrix q = generator.orthogonal_matrix(rows, cols);
        EXPECT_LT(orthogonality_error(q), 1e-14);
        EXPECT_NEAR(orthogonality_error(2 * q), 3, 1e-13);
        EXPECT_EQ(orthogonality_error(Matrix::Zero(rows, cols)), 1);
    }
}

TEST(Orthogonality, the_exact_polar_factor_is_reported_as_such) {
    const Matrix gradient = Generator(2, Purpose::target).normal_matrix(12, 20);
    OrthogonaliserSpec spec;
    spec.engine = Engine::svd;
    spec.precision = Precision::float64;
    const EngineReport exact = report(spec, gradient);
    EXPECT_LT(exact.orthogonality_error, 1e-13);
    EXPECT_NEAR(exact.least, 1, 1e-13);
    EXPECT_NEAR(exact.largest, 1, 1e-13);
    EXPECT_NEAR(exact.cosine_to_polar, 1, 1e-13);
    const Vector s = singular_values(gradient);
    EXPECT_NEAR(exact.cosine_to_gradient, s.sum() / (std::sqrt(12.0) * s.norm()), 1e-12);
    EXPECT_FALSE(exact.slope_at_zero);
}

TEST(Orthogonality, every_engine_reports_what_its_result_is) {
    const Matrix gradient = Generator(3, Purpose::target).normal_matrix(16, 9);
    const Matrix polar = polar_factor(gradient);
    for (const EngineName& name : engine_names()) {
        OrthogonaliserSpec spec;
        spec.engine = name.engine;
        const EngineReport found = report(spec, gradient, polar);
        const Vector squares = singular_values(found.result).cwiseAbs2();
        EXPECT_NEAR(found.orthogonality_error, (squares.array() - 1).matrix().norm() / 3,
                    1e-12 * (1 + squares(0)))
            << name.slug;
        EXPECT_EQ(found.least, found.values(8));
        EXPECT_EQ(found.largest, found.values(0));
        EXPECT_GT(found.cosine_to_gradient, .3) << name.slug;
        EXPECT_LE(found.cosine_to_polar, 1 + 1e-12) << name.slug;
        EXPECT_EQ(found.multiply_adds, multiply_adds(spec, 16, 9));
        EXPECT_EQ(found.slope_at_zero, slope_at_zero(spec));
    }
}

TEST(Orthogonality, a_zero_gradient_has_no_direction) {
    const EngineReport nothing = report({}, Matrix::Zero(4, 3));
    EXPECT_EQ(nothing.cosine_to_polar, 0);
    EXPECT_EQ(nothing.cosine_to_gradient, 0);
    EXPECT_EQ(nothing.largest, 0);
    EXPECT_EQ(nothing.orthogonality_error, 1);
}

}  // namespace
}  // namespace muonscope
