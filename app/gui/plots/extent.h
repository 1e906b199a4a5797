#pragma once

#include <cmath>
#include <cstddef>

namespace muonscope {
struct LaneSnapshot;
}

namespace muonscope::plots {

class Reduction;

// What an axis has to hold: finite values only.
struct Extent {
    double low = INFINITY, high = -INFINITY;
    double smallest = INFINITY;  // above zero

    bool any() const { return low <= high; }
    bool has_zero() const { return low <= 0; }
    void add(double value);
    // Some channels of a reduced series, as far as this step.
    void add(const Reduction& reduction, int first, int count, double until = INFINITY);
    // The same of a lane's history, reduced from `first_channel` on: all of it, or what is sound of
    // a lane that has diverged or is about to.
    void add(const LaneSnapshot& lane, const Reduction& reduction, std::size_t first_channel,
             int first, int count);
};

}  // namespace muonscope::plots
