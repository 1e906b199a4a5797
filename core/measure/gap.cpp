#include "core/measure/gap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/base/elementary.h"

namespace muonscope {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double between(double a, double b, bool ratio) {
    if (!std::isfinite(a) || !std::isfinite(b)) return unknown;
    if (!ratio) return a - b;
    return a > 0 && b > 0 ? a / b : unknown;
}

// One curve over the steps between two points of the gap.
struct GapWindow {
    double first = unknown, low = unknown, high = unknown;
};
// Up to the point at step `until`; goes on from `next` and leaves it behind that point.
GapWindow window(const StepValues& points, const Ranges& ranges, double until, std::size_t& next) {
    GapWindow window;
    bool known = next < points.steps.size();
    if (!known) return window;
    window.first = ranges.firsts[next];
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (; next < points.steps.size() && points.steps[next] <= until; ++next) {
        known = known && std::isfinite(ranges.lows[next]) && std::isfinite(ranges.highs[next]);
        low = std::min(low, ranges.lows[next]);
        high = std::max(high, ranges.highs[next]);
    }
    if (known) {
        window.low = low;
        window.high = high;
    }
    return window;
}

}  // namespace

StepValues gap(std::span<const double> steps_a, std::span<const double> a,
               std::span<const double> steps_b, std::span<const double> b, bool ratio) {
    StepValues points;
    std::size_t i = 0, j = 0;
    while (i < steps_a.size() && j < steps_b.size()) {
        if (steps_a[i] < steps_b[j]) {
            ++i;
        } else if (steps_b[j] < steps_a[i]) {
            ++j;
        } else {
            points.steps.push_back(steps_a[i]);
            points.values.push_back(between(a[i++], b[j++], ratio));
        }
    }
    return points;
}

Ranges gap_ranges(const StepValues& a, const Ranges& of_a, const StepValues& b, const Ranges& of_b,
                  std::span<const double> steps, bool ratio) {
    Ranges ranges;
    std::size_t next_a = 0, next_b = 0;
    for (const double step : steps) {
        const GapWindow in_a = window(a, of_a, step, next_a), in_b = window(b, of_b, step, next_b);
        ranges.firsts.push_back(std::max(in_a.first, in_b.first));
        ranges.lows.push_back(between(in_a.low, in_b.high, ratio));
        ranges.highs.push_back(between(in_a.high, in_b.low, ratio));
    }
    return ranges;
}

std::vector<Crossing> crossings(const StepValues& gap, bool ratio) {
    std::vector<Crossing> found;
    double side = 0;        // of the newest value off the level; 0: none since a NaN
    std::size_t last = 0;   // which that is
    double last_value = 0;  // above the level
    for (std::size_t i = 0; i < gap.values.size(); ++i) {
        const double raw = gap.values[i];
        const double value = ratio ? elementary::log(raw) : raw;
        if (!std::isfinite(value)) {
            side = 0;
            continue;
        }
        if (value == 0) continue;
        if (side * value < 0) {
            Crossing crossing{gap.steps[last], gap.steps[i], 0};
            if (last + 1 < i) {  // it lay on the level
                crossing.at = gap.steps[last + 1];
            } else {
                const double share = last_value / (last_value - value);
                crossing.at = crossing.from + share * (crossing.to - crossing.from);
            }
            found.push_back(crossing);
        }
        side = value;
        last = i;
        last_value = value;
    }
    return found;
}

}  // namespace muonscope
