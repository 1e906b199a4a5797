#pragma once

#include <cstddef>
#include <vector>

namespace muonscope {

// Sequences of tokens, one behind the other, and what is to come after each position.
struct TokenBatch {
    int sequences = 0, length = 0;
    std::vector<int> tokens;      // sequences x length
    std::vector<int> targets;     // as many
    std::vector<double> weights;  // how much each position counts in the loss; empty: all alike

    std::size_t positions() const { return std::size_t(sequences) * std::size_t(length); }
    double weight(std::size_t position) const { return weights.empty() ? 1 : weights[position]; }
};

}  // namespace muonscope
