#pragma once

#include "core/base/types.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {

// sqrt(max(1, out/in)) and so on, for a layer of rows x cols = out x in.
double shape_factor(ShapeScale scale, Eigen::Index rows, Eigen::Index cols);

// What times the learning rate an orthogonalised direction O of B is scaled by: constant norm: the
// shape scale; matched: |B|/(|O| + floor) (arXiv 2607.01124, where the floor of Muon's is 1e-7);
// dual: <B, O>, which for the exact polar factor is |B|_*, the steepest descent step in the
// spectral norm; rms: sqrt(out in)/|O|, entries of root mean square 1.
double norm_scale(const OptimizerSpec& spec, const Matrix& direction, const Matrix& orthogonal,
                  double matched_floor = 0);

}  // namespace muonscope
