#pragma once

#include <string>
#include <vector>

#include "core/experiment/spec.h"

namespace muonscope {

// Two matrices, by number from 1, with a space in common: what `writer` puts out `reader` takes up.
struct AdjacentMatrices {
    int reader = 0, writer = 0;
    // Both put out what is multiplied in that space, as queries with keys: left vectors meet left
    // ones. Else the reader's right ones meet the writer's left ones.
    bool both_write = false;
    std::string name;  // "layers 1, 2", "block 1 query, key"
};

// Of a chain each layer and the one before it. Of a transformer in each block queries and keys,
// output of value, mlp out of mlp in (heads stand side by side, as the matrices have them); then
// the first block's value of the embedding, and the head, or the embedding that it is tied to, of
// the last mlp out.
std::vector<AdjacentMatrices> adjacent_matrices(const Experiment& experiment);

}  // namespace muonscope
