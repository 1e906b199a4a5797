#pragma once

#include <cstddef>
#include <vector>

#include "core/experiment/problem.h"
#include "core/experiment/published/sweep.h"
#include "core/experiment/spec.h"

// How long the second phase of staged training will take, told from the weights as they are.
namespace muonscope {

// A recipe that trains layer 1 of a linear two-layer net towards its own target and then layer 2
// alone by plain SGD: what the closed form speaks of. Null otherwise.
const Phase* second_phase(const Spec& spec, std::size_t lane);

struct StagedPlan {
    double distance = 0;  // ‖W₁ − W₁*‖/‖A‖
    double remaining = 0;  // steps of phase 2 still needed: E_t = E₀ (I − η W₁ᵀW₁)^t, η = 2 lr/‖A‖²
};
// `second` is the phase of a recipe of this problem's spec; weights: W₁, W₂.
StagedPlan staged_plan(const Experiment& experiment, const Problem& problem, const Phase& second,
                       const std::vector<Matrix>& weights);

// The run of one seed of the sweep under this budget.
Spec spec_of(const SweepSeed& seed, Budget budget);

}  // namespace muonscope
