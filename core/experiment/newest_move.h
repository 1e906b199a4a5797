#pragma once

#include <cstddef>
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
    // What a layer's optimiser holds for the step to come, where that is not what `optimizers` has.
    std::vector<std::optional<LayerOptimizer::State>> turned;

    // Of the layer at that place, from 0: what its optimiser holds for the step to come. Null where
    // there is none, as in a phase that leaves the layer alone.
    const LayerOptimizer::State* held(std::size_t at) const {
        if (turned[at]) return &*turned[at];
        return optimizers[at] ? &*optimizers[at] : nullptr;
    }
};

}  // namespace muonscope
