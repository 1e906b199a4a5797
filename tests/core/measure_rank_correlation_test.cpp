#include "core/measure/rank_correlation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace muonscope {
namespace {

using Values = std::vector<double>;

TEST(RankCorrelation, is_one_for_every_rising_map_and_minus_one_for_every_falling_one) {
    const Values x{3, -1, 0.5, 7, 2}, rising{30, 1, 2, 1e9, 3}, falling{-3, 1, -.5, -7, -2};
    EXPECT_DOUBLE_EQ(rank_correlation(x, x), 1);
    EXPECT_DOUBLE_EQ(rank_correlation(x, rising), 1);
    EXPECT_DOUBLE_EQ(rank_correlation(x, falling), -1);
}

TEST(RankCorrelation, without_ties_is_spearmans_formula) {
    const Values x{1, 2, 3, 4, 5}, y{2, 1, 4, 3, 5};
    // 1 - 6 sum d^2/(n (n^2 - 1)) with d = 1, 1, 1, 1, 0
    EXPECT_NEAR(rank_correlation(x, y), 1 - 6.0 * 4 / (5 * 24), 1e-15);
}

// Ranks 1.5, 1.5, 3, 4 against 1, 2, 3, 4, worked by hand: 4.5/sqrt(4.5 * 5).
TEST(RankCorrelation, equal_values_share_the_mean_of_their_ranks) {
    const Values tied{5, 5, 6, 7}, straight{1, 2, 3, 4};
    EXPECT_NEAR(rank_correlation(tied, straight), 4.5 / std::sqrt(4.5 * 5), 1e-15);
    EXPECT_NEAR(rank_correlation(straight, tied), 4.5 / std::sqrt(4.5 * 5), 1e-15);
    // 2, 2, 2, 4 against 1, 2, 3.5, 3.5: sums of products -.5 * (-1.5 - .5 + 1) + 1.5 * 1.
    const Values three{1, 1, 1, 9}, pair{0, 1, 2, 2};
    EXPECT_NEAR(rank_correlation(three, pair), 2 / std::sqrt(3 * 4.5), 1e-15);
}

TEST(RankCorrelation, does_not_depend_on_the_order_of_pairs) {
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::pair<double, double>> pairs;
        for (int i = 0; i < 12; ++i)
            pairs.emplace_back(static_cast<double>(random() % 5),
                               static_cast<double>(random() % 7));
        const auto of_pairs = [&] {
            Values x, y;
            for (const auto& [a, b] : pairs) {
                x.push_back(a);
                y.push_back(b);
            }
            return rank_correlation(x, y);
        };
        const double before = of_pairs();
        std::shuffle(pairs.begin(), pairs.end(), random);
        EXPECT_NEAR(of_pairs(), before, 1e-14);
        EXPECT_LE(std::abs(before), 1 + 1e-14);
    }
}

TEST(RankCorrelation, of_a_single_value_is_not_a_number) {
    EXPECT_TRUE(std::isnan(rank_correlation(Values{}, Values{})));
    EXPECT_TRUE(std::isnan(rank_correlation(Values{1}, Values{2})));
    EXPECT_TRUE(std::isnan(rank_correlation(Values{1, 1, 1}, Values{1, 2, 3})));
}

}  // namespace
}  // namespace muonscope
