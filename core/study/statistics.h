#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace muonscope {

double sample_mean(std::span<const double> values);       // NaN: there are none
double sample_deviation(std::span<const double> values);  // over n − 1; NaN below two

struct MeanInterval {
    double low = 0, high = 0;
};

// Draws take time in proportion to the values: of more than these none are made.
inline constexpr std::size_t most_bootstrapped = 2000;

// The 95 % percentile bootstrap interval of the mean (Efron & Tibshirani 1993, 13.3): means of
// `resamples` draws of n with replacement, and of them the quantiles 0.025 and 0.975, linear
// between neighbours. Drawn from the seed alone. Of more than most_bootstrapped values the
// quantiles of all such means, from the values' own skewness and kurtosis (Cornish & Fisher 1938):
// nearer to them than 10000 draws come. NaN below two values.
MeanInterval bootstrap_interval(std::span<const double> values, std::uint64_t seed,
                                int resamples = 10000);

// Two-sided exact sign test: how likely a fair coin is at least as far from even as `first` against
// `second`, ties left out. 1 where there is nothing to toss.
double sign_test(std::int64_t first, std::int64_t second);

}  // namespace muonscope
