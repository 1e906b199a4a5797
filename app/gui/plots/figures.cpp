#include "app/gui/plots/figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace muonscope::plots {

namespace {
double largest(std::span<const double> values) {
    double most = std::nan("");
    for (const double value : values) {
        if (!std::isfinite(value)) return std::nan("");
        most = std::isnan(most) ? value : std::max(most, value);
    }
    return most > 0 ? most : std::nan("");
}
}  // namespace

double flatness(std::span<const double> values) {
    const double most = largest(values);
    if (std::isnan(most)) return most;
    double sum = 0, entropy = 0;
    for (const double s : values) sum += (s / most) * (s / most);
    for (const double s : values) {
        const double p = (s / most) * (s / most) / sum;
        if (p > 0) entropy -= p * std::log(p);
    }
    return std::exp(entropy) / static_cast<double>(values.size());
}

double stable_rank(std::span<const double> values) {
    const double most = largest(values);
    if (std::isnan(most)) return most;
    double sum = 0;
    for (const double s : values) sum += (s / most) * (s / most);
    return sum;
}

double condition_number(std::span<const double> values) {
    const double most = largest(values);
    if (std::isnan(most)) return most;
    const double least = *std::min_element(values.begin(), values.end());
    return least > 0 ? most / least : std::numeric_limits<double>::infinity();
}

double numerical_rank(std::span<const double> values) {
    const double most = largest(values);
    if (std::isnan(most)) return values.empty() ? most : 0;
    const double least =
        static_cast<double>(values.size()) * std::numeric_limits<double>::epsilon() * most;
    return static_cast<double>(
        std::count_if(values.begin(), values.end(), [&](double s) { return s > least; }));
}

int modes_learned(std::span<const double> modes, std::span<const double> target, double share) {
    int learned = 0;
    for (std::size_t k = 0; k < std::min(modes.size(), target.size()); ++k)
        if (modes[k] >= share * target[k]) ++learned;
    return learned;
}

}  // namespace muonscope::plots
