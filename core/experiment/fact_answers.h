#pragma once

#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// Of a problem that has facts to learn, fact by fact: its loss, whose sum by frequency is the loss
// of all, and the probability of its right answer, softmax of the scores V^T F(e), whatever the
// loss. A transformer is asked each fact in a sequence of its own. Both spans have as many numbers
// as there are facts.
void answer_facts(const Problem& problem, const std::vector<Matrix>& weights,
                  std::span<double> losses, std::span<double> probabilities);

}  // namespace muonscope
