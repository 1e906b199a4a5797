#pragma once

#include <optional>
#include <vector>

#include "core/base/types.h"
#include "core/optim/optimizer.h"

namespace muonscope {

// What the newest step of a lane did: a matrix a layer, empty where there is none; and what its
// optimiser holds after it, none where it is another since.
struct NewestMove {
    std::vector<Matrix> gradients, updates;
    std::vector<std::optional<LayerOptimizer::State>> optimizers;
};

}  // namespace muonscope
