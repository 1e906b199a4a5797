#pragma once

#include <memory>

#include "core/experiment/lane.h"
#include "core/experiment/published/specs.h"

// What planners of schedules ask of a lane. Each works on a copy: the lane itself stays.
namespace muonscope {

// Half loss ½‖P − A‖² at the lane's weights.
double half_loss(const Problem& problem, const Lane& lane);

// λ_eff = Σ_l ‖G_l‖²/‖P − A‖² over all layers: how fast gradient descent shrinks this residual.
double lambda_eff(const Problem& problem, const Lane& lane);

// The lane after `steps` more by `schedule`.
Lane rolled(const Lane& lane, const Schedule& schedule, int steps);

// L₊ exp(−2 · damping · lr · (horizon − 1) · λ_eff): the loss after `horizon` steps, from the loss
// and λ_eff after the first alone (arXiv 2607.01124).
double predicted_loss(double loss, double lambda, double lr, int horizon, double damping = 1);

}  // namespace muonscope
