#include "core/measure/column_order.h"

#include <gtest/gtest.h>

#include "core/random/generator.h"

namespace muonscope {
namespace {

double dependence(Engine engine, const Matrix& gradient, std::uint64_t seed = 1) {
    OrthogonaliserSpec spec;
    spec.engine = engine;
    spec.precision = Precision::float64;
    return column_order_dependence(spec, gradient, seed);
}

TEST(column_order, matters_to_gram_schmidt_and_to_nothing_that_acts_on_singular_values) {
    Generator generator(2, Purpose::start);
    for (const auto& [rows, cols] : {std::pair{12, 12}, std::pair{20, 8}, std::pair{8, 20}}) {
        const Matrix gradient = generator.normal_matrix(rows, cols);
        EXPECT_GT(dependence(Engine::qr, gradient), 0.1) << rows;
        EXPECT_NE(dependence(Engine::qr, gradient, 1), dependence(Engine::qr, gradient, 2));
        for (const Engine engine : {Engine::jordan, Engine::polar_express, Engine::septic,
                                    Engine::svd, Engine::floored, Engine::spectral_power})
            EXPECT_LT(dependence(engine, gradient), 1e-8) << rows;
    }
}

// Orthogonal columns stay what they are, in whatever order.
TEST(column_order, does_not_matter_to_gram_schmidt_where_columns_are_orthogonal) {
    const Matrix gradient = Generator(3, Purpose::start).orthogonal_matrix(9, 5);
    EXPECT_LT(dependence(Engine::qr, gradient), 1e-12);
}

}  // namespace
}  // namespace muonscope
