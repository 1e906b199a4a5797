#include "core/measure/empirical_law.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

double median(std::span<const double> sorted) {
    if (sorted.empty()) return std::nan("");
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double kolmogorov_distance(std::span<const double> sorted,
                           const std::function<double(double)>& law) {
    if (sorted.empty()) return std::nan("");
    // The share below jumps at every draw: both sides of the jump count.
    const auto count = static_cast<double>(sorted.size());
    double distance = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double expected = law(sorted[i]), before = static_cast<double>(i) / count;
        distance = std::max({distance, expected - before, before + 1 / count - expected});
    }
    return distance;
}

}  // namespace muonscope
