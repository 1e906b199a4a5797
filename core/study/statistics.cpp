#include "core/study/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/elementary.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

// Of values in order, the p-quantile, linear between neighbours.
double quantile(const std::vector<double>& sorted, double p) {
    const double place = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double share = place - static_cast<double>(below);
    return sorted[below] + share * (sorted[above] - sorted[below]);
}

// Of the mean of as many draws with replacement as there are values: the quantiles that as many
// such means as one likes tend to.
MeanInterval interval_of_many(std::span<const double> values) {
    constexpr double z = 1.959963984540054;  // of the normal law, 0.975
    const auto n = static_cast<double>(values.size());
    const double mean = sample_mean(values);
    double second = 0, third = 0, fourth = 0;
    for (const double value : values) {
        const double off = value - mean, square = off * off;
        second += square / n;
        third += square * off / n;
        fourth += square * square / n;
    }
    if (second == 0) return {mean, mean};
    const double deviation = std::sqrt(second);
    const double skewness = third / (second * deviation * std::sqrt(n));
    const double kurtosis = (fourth / (second * second) - 3) / n;
    const auto quantile_at = [&](double x) {
        const double cube = x * x * x;
        const double moved = x + (x * x - 1) * skewness / 6 + (cube - 3 * x) * kurtosis / 24 -
                             (2 * cube - 5 * x) * skewness * skewness / 36;
        return mean + moved * deviation / std::sqrt(n);
    };
    return {quantile_at(-z), quantile_at(z)};
}

}  // namespace

double sample_mean(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

double sample_deviation(std::span<const double> values) {
    if (values.size() < 2) return std::nan("");
    const double mean = sample_mean(values);
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

MeanInterval bootstrap_interval(std::span<const double> values, std::uint64_t seed, int resamples) {
    if (values.size() < 2) return {std::nan(""), std::nan("")};
    if (values.size() > most_bootstrapped) return interval_of_many(values);
    Generator generator(seed, Purpose::bootstrap);
    std::vector<double> means(static_cast<std::size_t>(resamples));
    for (double& mean : means) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += values[generator.below(values.size())];
        mean = sum / static_cast<double>(values.size());
    }
    std::sort(means.begin(), means.end());
    return {quantile(means, 0.025), quantile(means, 0.975)};
}

double sign_test(std::int64_t first, std::int64_t second) {
    const std::int64_t tosses = first + second, fewer = std::min(first, second);
    // log of C(n, i)/2^n, term by term: none of them underflows.
    double term = -static_cast<double>(tosses) * elementary::log(2.0), sum = elementary::exp(term);
    for (std::int64_t i = 1; i <= fewer; ++i) {
        term += elementary::log(static_cast<double>(tosses - i + 1) / static_cast<double>(i));
        sum += elementary::exp(term);
    }
    return std::min(1.0, 2 * sum);
}

}  // namespace muonscope
