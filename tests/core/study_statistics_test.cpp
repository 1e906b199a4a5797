// What a study says of its numbers, against SciPy (tests/golden/study_statistics.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "core/formats/files.h"
#include "core/study/statistics.h"

namespace muonscope {
namespace {

const nlohmann::json& scipy_numbers() {
    static const nlohmann::json numbers = nlohmann::json::parse(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/study_statistics.json", 1 << 20));
    return numbers;
}

TEST(StudyStatistics, sign_tests_are_scipys) {
    for (const auto& row : scipy_numbers()["signs"]) {
        const double p = row[2];
        EXPECT_NEAR(sign_test(row[0], row[1]) / p, 1, 1e-10) << row;
        EXPECT_EQ(sign_test(row[0], row[1]), sign_test(row[1], row[0]));
    }
    EXPECT_EQ(sign_test(0, 0), 1);
    EXPECT_NEAR(sign_test(0, 3000), 0, 1e-300);
}

// Ten thousand draws place an end within about a fiftieth of the interval.
TEST(StudyStatistics, bootstrap_intervals_are_scipys_up_to_what_draws_leave_open) {
    for (const auto& sample : scipy_numbers()["samples"]) {
        const std::vector<double> values = sample["values"];
        const double low = sample["low"], high = sample["high"];
        EXPECT_NEAR(sample_mean(values), sample["mean"], 1e-12);
        EXPECT_NEAR(sample_deviation(values), sample["deviation"], 1e-12);
        for (std::uint64_t seed = 1; seed < 6; ++seed) {
            const MeanInterval here = bootstrap_interval(values, seed);
            EXPECT_NEAR(here.low, low, 0.025 * (high - low));
            EXPECT_NEAR(here.high, high, 0.025 * (high - low));
        }
    }
}

TEST(StudyStatistics, of_four_values_the_interval_is_that_of_all_draws) {
    const auto four = scipy_numbers()["four"];
    const std::vector<double> values = four["values"];
    const MeanInterval here = bootstrap_interval(values, 1, 100000);
    EXPECT_NEAR(here.low, four["low"], 1e-12);
    EXPECT_NEAR(here.high, four["high"], 1e-12);
}

// Of so many values none are drawn: the interval is where draws would put it, skewed as they are.
TEST(StudyStatistics, of_many_values_the_interval_is_that_of_draws_without_drawing) {
    std::mt19937_64 random(3);
    std::vector<double> values(most_bootstrapped + 1);
    for (double& value : values) value = std::pow(std::exponential_distribution<>()(random), 3);
    const MeanInterval here = bootstrap_interval(values, 1);
    std::vector<double> means(10000);
    std::uniform_int_distribution<std::size_t> place(0, values.size() - 1);
    for (double& mean : means) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i) sum += values[place(random)];
        mean = sum / static_cast<double>(values.size());
    }
    std::sort(means.begin(), means.end());
    const double low = means[250], high = means[9750];
    EXPECT_NEAR(here.low, low, 0.02 * (high - low));
    EXPECT_NEAR(here.high, high, 0.02 * (high - low));
    // A plain normal interval would miss both ends.
    const double mean = sample_mean(values);
    EXPECT_GT((here.high - mean) / (mean - here.low), 1.05);
    EXPECT_EQ(bootstrap_interval(values, 2).low, here.low) << "no seed";
    const std::vector<double> equal(most_bootstrapped + 1, 2.5);
    EXPECT_EQ(bootstrap_interval(equal, 1).high, 2.5);
}

TEST(StudyStatistics, an_interval_is_the_same_each_time_and_of_one_value_there_is_none) {
    const std::vector<double> values{1, 5, 2, 8}, one{3};
    EXPECT_EQ(bootstrap_interval(values, 7).low, bootstrap_interval(values, 7).low);
    EXPECT_TRUE(std::isnan(bootstrap_interval(one, 7).low));
    EXPECT_TRUE(std::isnan(sample_deviation(one)));
}

}  // namespace
}  // namespace muonscope
