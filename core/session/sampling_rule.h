#pragma once

#include <cstdint>

#include "core/experiment/spec.h"

namespace muonscope {

// Which steps are recorded: a rule of steps alone, so that a run records the same samples anywhere.
// Stride 1 below `dense`, then doubling with every doubling of the step, within [densest,
// sparsest]. A history that is full stretches every stride by its own factor.
struct SamplingRule {
    std::int64_t dense = 256;
    std::int64_t sparsest = 64;
    std::int64_t densest = 1;  // powers of two
    std::int64_t stride_at(std::int64_t step) const;
    bool due(std::int64_t step) const { return due(step, 1); }
    std::int64_t next_due(std::int64_t after) const { return next_due(after, 1); }

    bool due(std::int64_t step, std::int64_t stretch) const;
    std::int64_t next_due(std::int64_t after, std::int64_t stretch) const;  // smallest > after
};

// The rule under which measures take at most about a tenth of the training in the long run, and a
// few seconds in its dense beginning, by the estimates of cost.h.
SamplingRule sampling_rule(const Experiment& experiment);

}  // namespace muonscope
