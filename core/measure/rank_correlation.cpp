#include "core/measure/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace muonscope {
namespace {

std::vector<double> ranks(std::span<const double> values) {
    std::vector<double> ranks;
    for (double value : values) {
        double below = 0, equal = 0;
        for (double other : values) {
            below += other < value ? 1 : 0;
            equal += other == value ? 1 : 0;
        }
        ranks.push_back(below + (equal - 1) / 2);
    }
    return ranks;
}

}  // namespace

double rank_correlation(std::span<const double> a, std::span<const double> b) {
    const std::vector<double> x = ranks(a), y = ranks(b);
    const double mean = (static_cast<double>(a.size()) - 1) / 2;
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    if (xx == 0 || yy == 0) return std::numeric_limits<double>::quiet_NaN();
    return xy / std::sqrt(xx * yy);
}

}  // namespace muonscope
