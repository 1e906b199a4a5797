#pragma once

#include <cstdint>

#include "core/optim/optimizer_spec.h"

namespace muonscope {

// Share of lr at the optimiser's step t = 0, 1, ...; T = length, w = warmup, f = last.
//   warm-up        (t + 1)/w while t < w, for every kind; then, with p = (t - w)/(T - w) in [0, 1]:
//   constant       1
//   linear         1 - (1 - f) p
//   cosine         f + (1 - f) (1 + cos(pi p))/2
//   inverse_sqrt   sqrt(max(w, 1)/(t + 1))
//   exponential    f^p
//   spike          `spike` in [spike_at, spike_at + spike_length), else 1
double rate_share(const ScheduleSpec& schedule, std::int64_t step);

inline double learning_rate(const OptimizerSpec& spec, std::int64_t step) {
    return spec.lr * rate_share(spec.schedule, step);
}

}  // namespace muonscope
