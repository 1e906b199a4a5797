#include "core/llama/next_token.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/errors.h"

namespace muonscope {
namespace {

// Logarithms of these, moved by a constant, which logits may be.
std::vector<float> logits_of(const std::vector<double>& probabilities) {
    std::vector<float> logits;
    for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p) + 3));
    return logits;
}

// How often each of them is chosen.
std::vector<double> shares(Sampler sampler, const std::vector<float>& logits, int draws = 40000) {
    std::vector<double> counts(logits.size());
    for (int i = 0; i < draws; ++i) ++counts[static_cast<std::size_t>(sampler.choose(logits))];
    for (double& count : counts) count /= draws;
    return counts;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
    ASSERT_EQ(found.size(), wanted.size());
    // Five standard deviations of the widest of 40000 draws; never what cannot be.
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i], wanted[i], 0.0125) << i;
        if (wanted[i] == 0) {
            EXPECT_EQ(found[i], 0) << i;
        }
    }
}

const std::vector<double> some{.1, .4, .05, .25, .2};

TEST(NextToken, has_the_logarithm_of_its_share) {
    const std::vector<float> logits = logits_of(some);
    for (int token = 0; token < 5; ++token)
        EXPECT_NEAR(log_probability(logits, token), std::log(some[std::size_t(token)]), 1e-6);
    EXPECT_NEAR(log_of_sum(logits), 3, 1e-6);
    const std::vector<float> far{1000, 990, -std::numeric_limits<float>::infinity()};
    EXPECT_NEAR(log_of_sum(far), 1000 + std::log1p(std::exp(-10)), 1e-12);
    // More than are added in one stretch.
    const std::vector<float> many(3000, -2.F);
    EXPECT_NEAR(log_of_sum(many), -2 + std::log(3000), 1e-13);
}

TEST(NextToken, is_ranked_by_its_logit_and_then_by_its_number) {
    const std::vector<float> logits{1, 4, 2, 4, 3, -1};
    const auto ranked = likeliest(logits, 3);
    ASSERT_EQ(ranked.size(), 3U);
    EXPECT_EQ(ranked[0].token, 1);
    EXPECT_EQ(ranked[1].token, 3);
    EXPECT_EQ(ranked[2].token, 4);
    EXPECT_EQ(ranked[2].log_probability, log_probability(logits, 4));
    EXPECT_EQ(likeliest(logits, 9).size(), 6U);
}

TEST(Sampler, without_temperature_takes_the_likeliest_and_of_equals_the_first) {
    Sampler sampler({}, 1);
    EXPECT_EQ(sampler.choose(std::vector<float>{1, 4, 2, 4}), 1);
}

TEST(Sampler, draws_by_probabilities_to_the_power_of_one_over_the_temperature) {
    const std::vector<float> logits = logits_of(some);
    expect_near(shares(Sampler({1, 1}, 3), logits), some);
    std::vector<double> cold;
    double sum = 0;
    for (const double p : some) cold.push_back(std::pow(p, 1 / .5)), sum += cold.back();
    for (double& p : cold) p /= sum;
    expect_near(shares(Sampler({.5, 1}, 4), logits), cold);
}

TEST(Sampler, draws_of_the_fewest_that_have_top_p_together) {
    const std::vector<float> logits = logits_of(some);
    expect_near(shares(Sampler({1, .6}, 5), logits), {0, .4 / .65, 0, .25 / .65, 0});
    expect_near(shares(Sampler({1, .7}, 6), logits), {0, .4 / .85, 0, .25 / .85, .2 / .85});
    expect_near(shares(Sampler({1, .01}, 7), logits), {0, 1, 0, 0, 0});
    expect_near(shares(Sampler({1, .999}, 8), logits), some);
}

TEST(Sampler, never_draws_what_cannot_come) {
    const float no = -std::numeric_limits<float>::infinity();
    expect_near(shares(Sampler({1, 1}, 5), {no, 0, no, 0, no}), {0, .5, 0, .5, 0});
    expect_near(shares(Sampler({2, .99}, 5), {no, 0, no, 0, no}), {0, .5, 0, .5, 0});
}

TEST(Sampler, draws_the_same_by_the_same_seed_alone) {
    const std::vector<float> logits = logits_of(some);
    const auto drawn = [&](std::uint64_t seed) {
        Sampler sampler({1, .9}, seed);
        std::vector<int> tokens;
        for (int i = 0; i < 50; ++i) tokens.push_back(sampler.choose(logits));
        return tokens;
    };
    EXPECT_EQ(drawn(1), drawn(1));
    EXPECT_NE(drawn(1), drawn(2));
}

TEST(Sampler, refuses_numbers_out_of_their_range) {
    EXPECT_MESSAGE(Sampler({-1, 1}, 1), "temperature: it is -1");
    EXPECT_MESSAGE(Sampler({11, 1}, 1), "temperature");
    EXPECT_MESSAGE(Sampler({NAN, 1}, 1), "temperature");
    EXPECT_MESSAGE(Sampler({1, 0}, 1), "top-p: it is 0");
    EXPECT_MESSAGE(Sampler({1, 1.5}, 1), "top-p");
}

}  // namespace
}  // namespace muonscope
