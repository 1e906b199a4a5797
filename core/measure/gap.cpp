#include "core/measure/gap.h"

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

}  // namespace

Points gap(std::span<const double> steps_a, std::span<const double> a,
           std::span<const double> steps_b, std::span<const double> b, bool ratio) {
    Points points;
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

std::vector<Crossing> crossings(const Points& gap, bool ratio) {
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
