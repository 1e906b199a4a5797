#pragma once

#include <optional>

#include "core/base/types.h"
#include "core/measure/step_along.h"
#include "core/optim/optimizer.h"
#include "core/optim/step_parts.h"

namespace muonscope {

// One step of one layer from its gradient to what was added to the weights, by singular directions.
// Vectors have r = min(rows, cols) numbers; those of matrices that there are not are empty.
struct SeenUpdate {
    Vector gradient, momentum, entering;  // singular values of G, of the average M, and of B
    // What leaves the orthogonaliser, and the step reversed, along B's own directions:
    // u_i^T O v_i and -u_i^T D v_i, so that entry i of all three is one direction. SGD: O is
    // B/|B|. Where the engine turns directions (QR, scaled rows), or no B is known, they are
    // singular values, largest first, of O and of D.
    Vector leaving, step;
    bool by_direction = false;
    double gradient_norm = 0, momentum_norm = 0, entering_norm = 0, leaving_norm = 0, step_norm = 0;
    std::optional<OrthogonaliserSpec> engine;
    bool plain = false;     // SGD: what enters leaves as it is
    bool itself = false;    // G itself is what enters: no momentum, no coupled decay
    bool straight = false;  // the step is what leaves at another length: nothing came after
    StepAlong along;        // of G's directions; empty without a gradient
    double fidelity = 0;    // cos(-D, G); NaN without a gradient
    OptimizerSpec spec;     // that took the step; the default one where `known` is false
    bool known = false;
};

// gradient: null where it is no longer kept; then only the step's own singular values are there.
// update: what was added; weights: after it. optimizer: as it was after the step; none: not known.
SeenUpdate seen_update(const Matrix* gradient, const Matrix& update, const Matrix& weights,
                       const LayerOptimizer::State* optimizer);

// In multiply-adds.
double seen_update_cost(const Matrix& update, const LayerOptimizer::State* optimizer);

}  // namespace muonscope
