#include "core/measure/drawn_law.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"
#include "core/measure/empirical_law.h"

namespace muonscope {

double Histogram::edge(std::size_t bin) const {
    const double at =
        from + (to - from) * static_cast<double>(bin) / static_cast<double>(shares.size());
    return logarithmic ? elementary::pow(10.0, at) : at;
}

double Histogram::density(std::size_t bin) const {
    return shares[bin] * static_cast<double>(shares.size()) / (to - from);
}

DrawnLaw drawn_law(std::span<const double> sorted, const Histogram& range, std::size_t bins,
                   double (*law)(double)) {
    DrawnLaw result;
    result.histogram = range;
    Histogram& histogram = result.histogram;
    histogram.shares.assign(bins, 0);
    const auto below = [&](std::size_t bin) {
        return static_cast<double>(
            std::lower_bound(sorted.begin(), sorted.end(), histogram.edge(bin)) - sorted.begin());
    };
    const auto all = static_cast<double>(std::max<std::size_t>(sorted.size(), 1));
    for (std::size_t bin = 0; bin < bins; ++bin)
        histogram.shares[bin] = (below(bin + 1) - below(bin)) / all;
    result.median = median(sorted);
    result.ninth_decile = sorted.empty() ? std::nan("") : sorted[sorted.size() * 9 / 10];
    result.distance = kolmogorov_distance(sorted, law);
    return result;
}

void merge_into(std::vector<double>& sorted, std::vector<double>& more) {
    std::sort(more.begin(), more.end());
    const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
    sorted.insert(sorted.end(), more.begin(), more.end());
    std::inplace_merge(sorted.begin(), sorted.begin() + middle, sorted.end());
    more.clear();
}

}  // namespace muonscope
