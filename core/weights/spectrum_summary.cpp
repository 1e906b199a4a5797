#include "core/weights/spectrum_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/elementary.h"
#include "core/measure/spectrum_measures.h"

namespace muonscope {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double norm_of(std::span<const double> values) {
    return values.empty() ? 0 : values.front() * std::sqrt(stable_rank(values));
}

// Of x, smallest first, from `first` on.
PowerLawTail fitted(std::span<const double> x, std::size_t first) {
    const std::size_t count = x.size() - first;
    double sum = 0;
    for (std::size_t i = first; i < x.size(); ++i) sum += elementary::log(x[i] / x[first]);
    PowerLawTail tail{1 + static_cast<double>(count) / sum, x[first], 0, static_cast<int>(count)};
    for (std::size_t i = 0; i < count; ++i) {
        const double law = 1 - elementary::pow(x[first + i] / x[first], 1 - tail.alpha);
        const double found = static_cast<double>(i) / static_cast<double>(count);
        tail.distance = std::max(tail.distance, std::abs(law - found));
    }
    return tail;
}

}  // namespace

NoiseEdges noise_edges(double norm, const MatrixShape& shape) {
    const double rows = std::sqrt(static_cast<double>(shape.rows));
    const double cols = std::sqrt(static_cast<double>(shape.cols));
    const double deviation = norm / (rows * cols);
    return {deviation * std::abs(rows - cols), deviation * (rows + cols)};
}

PowerLawTail power_law_tail(std::span<const double> values) {
    std::vector<double> x;
    for (double s : values)
        if (s > 0 && std::isfinite(s * s)) x.push_back(s * s);
    std::sort(x.begin(), x.end());
    PowerLawTail best{nothing, nothing, std::numeric_limits<double>::infinity(), 0};
    if (x.size() < 10) return best;
    for (std::size_t first = 0; first + 2 <= x.size(); ++first) {
        if (x[first] == x.back() || (first > 0 && x[first] == x[first - 1])) continue;
        if (const PowerLawTail tail = fitted(x, first); tail.distance < best.distance) best = tail;
    }
    return best;
}

SpectrumSummary summary_of(std::span<const double> values, const MatrixShape& shape) {
    SpectrumSummary summary;
    if (values.empty()) return summary;
    summary.largest = values.front();
    summary.norm = norm_of(values);
    summary.stable_rank = stable_rank(values);
    const double share = flatness(values);  // exp(entropy)/n
    const double n = static_cast<double>(values.size());
    summary.entropy = share > 0 ? 1 + elementary::log(share) / elementary::log(n) : share;
    summary.condition = condition_number(values);
    summary.gap = values.size() > 1 && values[1] > 0 ? values[0] / values[1]
                                                     : std::numeric_limits<double>::infinity();
    if (!std::isfinite(summary.norm)) {
        summary.largest = summary.gap = summary.edge = summary.tail = nothing;
        return summary;
    }
    if (summary.norm == 0) summary.gap = 0;
    summary.edge = noise_edges(summary.norm, shape).largest;
    summary.beyond_edge = static_cast<int>(
        std::count_if(values.begin(), values.end(), [&](double s) { return s > summary.edge; }));
    summary.tail = power_law_tail(values).alpha;
    return summary;
}

}  // namespace muonscope
