#pragma once

#include "core/experiment/problem.h"
#include "core/experiment/spec.h"

// Experiments whose start or target is stretched by a condition number κ = s_1/s_n.
namespace muonscope {

// Every layer starts with random singular vectors and values that fall evenly on a log axis, from
// the start's scale to scale/condition.
Spec with_start_condition(Spec spec, double condition);

// The target gets `rank` modes, as many as fit, and values that fall evenly on a log axis from its
// scale to scale/condition: kind exponential, decay condition^(-1/(rank - 1)), never below the
// least decay that a target may have. rank >= 1, condition >= 1.
Spec with_target_condition(Spec spec, int rank, double condition);

// s_1/s_modes of the target's modes; 1 where it has none.
double target_condition(const Problem& problem);

}  // namespace muonscope
