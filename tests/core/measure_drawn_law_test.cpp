#include "core/measure/drawn_law.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace muonscope {
namespace {

double uniform_law(double x) {
    return std::clamp(x, 0.0, 1.0);
}

TEST(DrawnLaw, counts_what_was_drawn_between_the_edges_of_its_bins) {
    const std::vector<double> sorted{0.05, 0.1, 0.15, 0.3, 0.99, 7};  // 7 is in no bin
    const DrawnLaw law = drawn_law(sorted, {0, 1, false, {}}, 4, uniform_law);
    const std::vector<double> expected{3.0 / 6, 1.0 / 6, 0, 1.0 / 6};
    ASSERT_EQ(law.histogram.shares.size(), 4U);
    for (std::size_t bin = 0; bin < 4; ++bin) {
        EXPECT_DOUBLE_EQ(law.histogram.shares[bin], expected[bin]) << bin;
        EXPECT_DOUBLE_EQ(law.histogram.density(bin), 4 * expected[bin]) << bin;
        EXPECT_DOUBLE_EQ(law.histogram.edge(bin), 0.25 * static_cast<double>(bin)) << bin;
    }
    EXPECT_DOUBLE_EQ(law.median, 0.225);
    EXPECT_DOUBLE_EQ(law.ninth_decile, 7);
    EXPECT_NEAR(law.distance, 4.0 / 6 - 0.3, 1e-12);
}

TEST(DrawnLaw, has_a_density_per_decade_on_a_logarithmic_axis) {
    const std::vector<double> sorted{1.5, 20, 30, 500};
    const DrawnLaw law = drawn_law(sorted, {0, 3, true, {}}, 3, uniform_law);
    EXPECT_NEAR(law.histogram.edge(2), 100, 1e-9);
    EXPECT_DOUBLE_EQ(law.histogram.density(1), 0.5);
    const auto& shares = law.histogram.shares;
    EXPECT_DOUBLE_EQ(std::accumulate(shares.begin(), shares.end(), 0.0), 1);
}

TEST(DrawnLaw, says_nothing_of_nothing) {
    const DrawnLaw law = drawn_law({}, {0, 1, false, {}}, 2, uniform_law);
    EXPECT_EQ(law.histogram.shares, (std::vector<double>{0, 0}));
    EXPECT_TRUE(std::isnan(law.median) && std::isnan(law.ninth_decile));
}

TEST(DrawnLaw, numbers_that_come_later_go_where_they_belong) {
    std::vector<double> sorted{1, 4}, more{5, 0, 2};
    merge_into(sorted, more);
    EXPECT_EQ(sorted, (std::vector<double>{0, 1, 2, 4, 5}));
    EXPECT_TRUE(more.empty());
}

}  // namespace
}  // namespace muonscope
