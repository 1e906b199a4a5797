#include "core/optim/schedule.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"

namespace muonscope {

double rate_share(const ScheduleSpec& schedule, std::int64_t step) {
    const auto t = static_cast<double>(step);
    const double warmup = schedule.warmup;
    if (t < warmup) return (t + 1) / warmup;
    // A run that is over before its warm-up is stays where the warm-up ends.
    const double down = std::max(schedule.length - warmup, 1.0);
    const double progress = std::min((t - warmup) / down, 1.0);
    switch (schedule.kind) {
        case RateSchedule::constant:
            break;
        case RateSchedule::linear:
            return 1 - (1 - schedule.last) * progress;
        case RateSchedule::cosine:
            return schedule.last + (1 - schedule.last) * (1 + elementary::cos_pi(progress)) / 2;
        case RateSchedule::inverse_sqrt:
            return std::sqrt(std::max(warmup, 1.0) / (t + 1));
        case RateSchedule::exponential:
            return elementary::pow(schedule.last, progress);
        case RateSchedule::spike:
            return step >= schedule.spike_at && step - schedule.spike_at < schedule.spike_length
                       ? schedule.spike
                       : 1;
    }
    return 1;
}

}  // namespace muonscope
