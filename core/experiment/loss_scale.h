#pragma once

#include "core/experiment/problem.h"

// What the experiment's loss is beside a half square.
namespace muonscope {

// d loss / d (½‖PX − Y‖²), X = I on whitened inputs; where columns count by frequency, of the
// square weighted by it. A cross-entropy has none.
double loss_per_half_square(const Problem& problem);
// The same of a layer's distance to its own target: 1, or 2/‖A‖² of the relative loss.
double layer_target_scale(const Problem& problem);

// X as its columns count in the square above: x_j √p_j where they count by frequency.
Matrix counted_inputs(const Regression& data);

}  // namespace muonscope
