#include "core/measure/step_sums.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/linalg/kernels/level.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

// The definition, entry by entry.
double summed(const Matrix& a, const Matrix& b) {
    double s[8] = {}, rest[8] = {};
    const Eigen::Index whole = a.size() / 8 * 8;
    for (Eigen::Index i = 0; i < a.size(); ++i)
        (i < whole ? s[i % 8] : rest[i % 8]) += a.data()[i] * b.data()[i];
    for (int j = 0; j < 8; ++j) s[j] += rest[j];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

void expect_bits(double a, double b) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)) << a << ", " << b;
}

TEST(StepSums, have_the_bits_of_their_definition_at_every_level) {
    Generator generator(5, Purpose::noise);
    for (const Eigen::Index rows : {1, 3, 7, 8, 9, 31, 64})
        for (const Eigen::Index cols : {1, 5, 8, 33}) {
            const Matrix w = generator.normal_matrix(rows, cols);
            const Matrix u = 1e-3 * generator.normal_matrix(rows, cols);
            const Matrix g = generator.normal_matrix(rows, cols);
            const Matrix moved = w + u;
            for (const Level level : levels_here()) {
                const ScopedLevel scope(level);
                const StepSums sums = step_sums(w, u, g);
                expect_bits(sums.moved_square, summed(moved, moved));
                expect_bits(sums.update_square, summed(u, u));
                expect_bits(sums.update_gradient, summed(u, g));
            }
        }
}

TEST(StepSums, are_not_finite_where_an_entry_is_not) {
    const Matrix one = Matrix::Ones(5, 5);
    for (const double bad : {HUGE_VAL, -HUGE_VAL, std::nan("")})
        for (const Eigen::Index at : {0, 7, 24}) {
            Matrix m = one;
            m(at) = bad;
            EXPECT_FALSE(std::isfinite(step_sums(one, m, one).moved_square));
            EXPECT_FALSE(std::isfinite(step_sums(m, one, one).moved_square));
        }
}

}  // namespace
}  // namespace muonscope
