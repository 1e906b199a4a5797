#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// How well tokens are said where a batch asks for them.
struct TokenScore {
    double loss = 0;      // mean -log of the right one's probability, as the training's
    double accuracy = 0;  // how often the right one is the likeliest, 0 to 1
};

// Of a problem of tokens, with these weights. Of equally likely tokens the first counts as said.
TokenScore score_of(const Problem& problem, const std::vector<Matrix>& weights,
                    const TokenBatch& batch);

}  // namespace muonscope
