#include "app/gui/plots/step_axis.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/ticks.h"

namespace muonscope::plots {

double followed_end(std::int64_t step) {
    return std::max(200.0,
                    nice_ceiling(1.02 * static_cast<double>(std::max<std::int64_t>(step, 1))));
}

bool ease(StepRange& shown, double target_end) {
    const double span = shown.max - shown.min;
    const bool far = !(span > 0) || target_end > 4 * shown.max || target_end < shown.max / 4;
    const double left = std::max(std::abs(target_end - shown.max), std::abs(shown.min));
    if (far || left < 0.005 * target_end) {
        shown = {0, target_end};
        return false;
    }
    shown.max += 0.5 * (target_end - shown.max);
    shown.min *= 0.5;
    return true;
}

}  // namespace muonscope::plots
