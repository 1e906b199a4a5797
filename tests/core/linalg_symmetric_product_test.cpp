#include "core/linalg/symmetric_product.h"

#include <gtest/gtest.h>

#include <limits>

namespace muonscope {
namespace {

template <typename Scalar>
void expect_plain_products() {
    // Around the size from which tiles are used, tiles that end early, more columns than one slice.
    for (int n : {1, 7, 55, 56, 57, 63, 64, 65, 100, 129})
        for (int k : {1, 5, 64, 255, 257, 600}) {
            const DenseOf<Scalar> x = DenseOf<Scalar>::Random(n, k);
            SymmetricProduct<Scalar> product(n, k);
            DenseOf<Scalar> result =
                DenseOf<Scalar>::Constant(n, n, std::numeric_limits<Scalar>::quiet_NaN());
            product.multiply(x, x, result);
            const DenseOf<double> wide = x.template cast<double>();
            const DenseOf<double> expected = wide * wide.transpose();
            const double error = 4. * k * std::numeric_limits<Scalar>::epsilon();
            EXPECT_LT((result.template cast<double>() - expected).cwiseAbs().maxCoeff(), error)
                << n << " x " << k;
            const DenseOf<Scalar> mirrored = result.transpose();
            if (n >= 56) {
                EXPECT_EQ(result, mirrored);
            }
        }
}

TEST(SymmetricProduct, it_is_the_plain_product) {
    expect_plain_products<float>();
    expect_plain_products<double>();
}

TEST(SymmetricProduct, factors_that_commute_may_differ) {
    const DenseOf<double> x = DenseOf<double>::Random(80, 80);
    const DenseOf<double> a = x * x.transpose(), b = a * a;
    DenseOf<double> result(80, 80);
    SymmetricProduct<double>(80, 80).multiply(a, b, result);
    EXPECT_LT((result - a * b).norm(), 1e-13 * result.norm());
}

TEST(SymmetricProduct, another_matrix_is_added_once) {
    for (int n : {20, 90})
        for (int k : {30, 700}) {
            const DenseOf<double> x = DenseOf<double>::Random(n, k),
                                  y = DenseOf<double>::Random(n, n);
            const DenseOf<double> other = y + y.transpose();
            DenseOf<double> result(n, n);
            SymmetricProduct<double>(n, k).combine(-3, x, x, .5, other, result);
            EXPECT_LT((result - (.5 * other - 3 * x * x.transpose())).norm(), 1e-11) << n << k;
        }
}

TEST(SymmetricProduct, smaller_factors_than_it_was_made_for_are_welcome) {
    SymmetricProduct<float> product(130, 300);
    const DenseOf<float> x = DenseOf<float>::Random(70, 20);
    DenseOf<float> result(70, 70);
    product.multiply(x, x, result);
    EXPECT_LT((result - x * x.transpose()).norm(), 1e-5 * result.norm());
}

TEST(SymmetricProduct, half_is_computed_where_that_pays) {
    EXPECT_EQ(symmetric_multiply_adds(10, 7), 700);
    EXPECT_EQ(symmetric_multiply_adds(100, 7), 5050 * 7);
}

}  // namespace
}  // namespace muonscope
