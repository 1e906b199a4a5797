#include "core/random/generator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace muonscope {
namespace {

TEST(Generator, seed_purpose_and_index_each_choose_another_stream) {
    std::set<std::uint64_t> first;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (auto purpose : {Purpose::target, Purpose::start, Purpose::inputs, Purpose::classes})
            for (std::uint64_t index = 0; index < 20; ++index)
                first.insert(Generator(seed, purpose, index).bits());
    EXPECT_EQ(first.size(), 20U * 4 * 20);
}

TEST(Generator, the_same_seed_repeats_the_same_numbers) {
    Generator a(7, Purpose::noise, 3), b(7, Purpose::noise, 3);
    EXPECT_EQ(a.normal_matrix(9, 5), b.normal_matrix(9, 5));
    EXPECT_EQ(a.bits(), b.bits());
}

TEST(Generator, matrices_are_filled_row_by_row) {
    Generator a(1, Purpose::start), b(1, Purpose::start);
    const Matrix matrix = a.normal_matrix(2, 3);
    for (Eigen::Index i = 0; i < 2; ++i)
        for (Eigen::Index j = 0; j < 3; ++j) EXPECT_EQ(matrix(i, j), b.normal());
}

TEST(Generator, uniform_and_normal_numbers_have_the_moments_they_should) {
    Generator generator(11, Purpose::inputs);
    const int n = 400000;
    double mean = 0, square = 0, fourth = 0, uniform = 0, neighbours = 0, before = 0;
    for (int i = 0; i < n; ++i) {
        const double x = generator.normal();
        mean += x / n;
        square += x * x / n;
        fourth += x * x * x * x / n;
        neighbours += x * before / n;
        before = x;
        const double u = generator.uniform();
        ASSERT_GE(u, 0);
        ASSERT_LT(u, 1);
        uniform += u / n;
    }
    // Five standard errors each.
    EXPECT_NEAR(mean, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(square, 1, 5 * std::sqrt(2.0 / n));
    EXPECT_NEAR(fourth, 3, 5 * std::sqrt(96.0 / n));
    EXPECT_NEAR(neighbours, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(uniform, 0.5, 5 / std::sqrt(12.0 * n));
}

TEST(Generator, below_is_even_over_its_range) {
    Generator generator(2, Purpose::minibatch);
    std::vector<int> counts(7);
    for (int i = 0; i < 70000; ++i) ++counts[generator.below(7)];
    for (int count : counts) EXPECT_NEAR(count, 10000, 5 * 93);
    EXPECT_EQ(generator.below(1), 0U);
    EXPECT_EQ(generator.below(0), 0U);
}

TEST(Generator, orthogonal_matrices_are_orthonormal_in_their_shorter_direction) {
    Generator generator(5, Purpose::start);
    const Matrix tall = generator.orthogonal_matrix(9, 4);
    const Matrix wide = generator.orthogonal_matrix(4, 9);
    EXPECT_LT((tall.transpose() * tall - Matrix::Identity(4, 4)).norm(), 1e-14);
    EXPECT_LT((wide * wide.transpose() - Matrix::Identity(4, 4)).norm(), 1e-14);
}

TEST(Generator, orthogonal_matrices_have_no_preferred_direction) {
    // Haar: every entry of an n x n matrix has mean 0 and mean square 1/n; a QR without the signs
    // of R would leave a diagonal that is not centred.
    const int draws = 4000;
    Matrix mean = Matrix::Zero(3, 3), square = mean;
    for (int i = 0; i < draws; ++i) {
        const Matrix q =
            Generator(9, Purpose::start, static_cast<std::uint64_t>(i)).orthogonal_matrix(3, 3);
        mean += q / draws;
        square += q.cwiseAbs2() / draws;
    }
    EXPECT_LT(mean.cwiseAbs().maxCoeff(), 5 * std::sqrt(1.0 / 3 / draws));
    EXPECT_LT((square.array() - 1.0 / 3).abs().maxCoeff(), 5 * 0.3 / std::sqrt(draws));
}

}  // namespace
}  // namespace muonscope
