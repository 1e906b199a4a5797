#include "core/linalg/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace muonscope {
namespace {

TEST(Activation, tanh_is_the_c_librarys_to_two_units_in_the_last_place) {
    constexpr double ulp = std::numeric_limits<double>::epsilon();
    Matrix x(1001, 7);
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        // Both signs, from 1e-12 to 30 and many near the seam at .625.
        const double t = static_cast<double>(i) / static_cast<double>(x.size());
        const double size = i % 3 == 0 ? 0.5 + 0.25 * t : std::pow(10.0, -12 + 13.5 * t);
        x(i) = i % 2 == 0 ? size : -size;
    }
    Matrix y = x;
    apply_tanh(y);
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        const double wanted = std::tanh(x(i));
        ASSERT_NEAR(y(i), wanted, 2 * ulp * std::abs(wanted)) << x(i);
    }
}

TEST(Activation, tanh_keeps_what_is_special) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (Eigen::Index rows : {1, 2, 3, 4, 5, 9}) {
        Matrix x(rows, 5);
        for (Eigen::Index i = 0; i < rows; ++i)
            x.row(i) << 0.0, infinity, -infinity, std::nan(""), -1e300;
        apply_tanh(x);
        for (Eigen::Index i = 0; i < rows; ++i) {
            EXPECT_EQ(x(i, 0), 0);
            EXPECT_EQ(x(i, 1), 1);
            EXPECT_EQ(x(i, 2), -1);
            EXPECT_TRUE(std::isnan(x(i, 3)));
            EXPECT_EQ(x(i, 4), -1);
        }
    }
}

TEST(Activation, tanh_of_a_block_leaves_its_surroundings) {
    Matrix x = Matrix::Constant(6, 6, 0.5);
    apply_tanh(x.block(1, 2, 3, 2));
    for (Eigen::Index i = 0; i < 6; ++i)
        for (Eigen::Index j = 0; j < 6; ++j) {
            const bool inside = i >= 1 && i < 4 && j >= 2 && j < 4;
            EXPECT_NEAR(x(i, j), inside ? std::tanh(0.5) : 0.5, 1e-15);
        }
}

}  // namespace
}  // namespace muonscope
