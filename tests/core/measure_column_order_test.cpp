#include "core/measure/column_order.h"

#include <gtest/gtest.h>

#include <cmath>

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

// Of columns (1, 0) and (1, 1) Gram and Schmidt make (1, 0) and (0, 1); the other way round
// (1, 1)/√2 and (1, -1)/√2. Each column is off by √(2 - √2), and so is their root mean square.
TEST(column_order, is_the_root_mean_square_over_the_columns_worked_out_by_hand) {
    for (const int more : {0, 1, 3}) {  // rows of zeros
        Matrix tall = Matrix::Zero(2 + more, 2);
        tall.topRows(2) << 1, 1, 0, 1;
        int changed = 0;
        for (std::uint64_t seed = 1; seed <= 12; ++seed)
            for (const Matrix& gradient : {tall, Matrix(tall.transpose())}) {
                if (more == 0 && gradient(0, 1) == 0) continue;  // as many rows: columns count
                const double found = dependence(Engine::qr, gradient, seed);
                if (found < 1e-12) continue;  // they kept their order
                EXPECT_NEAR(found, std::sqrt(2 - std::sqrt(2.0)), 1e-12) << seed;
                ++changed;
            }
        EXPECT_GT(changed, 0);
    }
}

// Orthogonal columns stay what they are, in whatever order.
TEST(column_order, does_not_matter_to_gram_schmidt_where_columns_are_orthogonal) {
    const Matrix gradient = Generator(3, Purpose::start).orthogonal_matrix(9, 5);
    EXPECT_LT(dependence(Engine::qr, gradient), 1e-12);
}

}  // namespace
}  // namespace muonscope
