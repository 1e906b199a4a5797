#pragma once

#include <cstdint>

#include "core/experiment/spec.h"

namespace muonscope {

// Which steps are recorded: a rule of steps alone, so that a run records the same samples anywhere.
//
// Step 0 is, and then pairs of neighbours (1, 2), (3, 4) …: every pair below `dense`, then one of
// two, of four …, the stride doubling with every doubling of the step, within [densest, sparsest].
// A pair shows what changes from step to step, which samples at even distances hide where it comes
// back after as many steps. For the same reason the pair taken of each group of `stride` pairs is
// not always at the same place: which half of a group it lies in, and of that half, is drawn by a
// hash of the group's number. So what is taken of a group is taken of one of its halves too, and a
// stride twice as long takes every second pair and no other.
//
// A history that is full stretches every stride by its own factor.
struct SamplingRule {
    std::int64_t dense = 256;
    std::int64_t sparsest = 64;
    std::int64_t densest = 1;  // powers of two, in pairs
    std::int64_t stride_at(std::int64_t step) const;
    bool due(std::int64_t step) const { return due(step, 1); }
    std::int64_t next_due(std::int64_t after) const { return next_due(after, 1); }

    bool due(std::int64_t step, std::int64_t stretch) const;
    std::int64_t next_due(std::int64_t after, std::int64_t stretch) const;  // smallest > after
};

// The later step of the pair that a step belongs to; 0 stands alone.
constexpr std::int64_t pair_end(std::int64_t step) {
    return step + step % 2;
}

// The rule under which measures take at most about a tenth of the training in the long run, and a
// few seconds in its dense beginning, by the estimates of cost.h.
SamplingRule sampling_rule(const Experiment& experiment);

}  // namespace muonscope
