#pragma once

#include <optional>

#include "core/base/types.h"
#include "core/linalg/engine.h"
#include "core/optim/optimizer.h"

namespace muonscope {

// What one step of one layer was made of. Training keeps none of it: it is worked out again from
// what the optimiser holds afterwards. All out x in, empty where the kind has no such matrix.
struct StepParts {
    Matrix momentum;  // the average of gradients, the newest among them
    Matrix entering;  // B: what the orthogonaliser is given; SGD's step is a multiple of it
    Matrix leaving;   // O: what comes out; of SGD B itself
    std::optional<OrthogonaliserSpec> engine;  // what made O of B; none: nothing, or there is no B

    bool plain() const { return entering.size() > 0 && !engine; }  // SGD
};
// after: of the optimiser that took the step, as it is after it. gradient: what it was given.
// before: the weights where the step began, which coupled decay looks at.
StepParts step_parts(const LayerOptimizer::State& after, const Matrix& gradient,
                     const Matrix& before);

}  // namespace muonscope
