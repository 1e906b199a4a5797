#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/types.h"
#include "core/optim/optimizer.h"

namespace muonscope {

// What the newest step of a lane did: a matrix a layer, empty where there is none.
struct NewestMove {
    std::vector<Matrix> gradients, updates;
};

// With what made it, and what goes on from there.
struct SeenMove : NewestMove {
    using Held = std::shared_ptr<const LayerOptimizer::State>;

    // What a layer's optimiser holds after it; null where it is another since.
    std::vector<Held> optimizers;
    // What it holds for the step to come: the same, unless it is another since or another phase
    // takes that step. Null: that phase leaves the layer alone, or begins with empty buffers.
    std::vector<Held> next;
    int next_phase = 0;  // index of the phase that takes the step to come, see Lane
};

}  // namespace muonscope
