#pragma once

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// What theory says of every fact (core/theory/facts.h), step by step, where it is exact: one linear
// layer from zero, orthonormal keys and values, all facts in each step, one phase without momentum
// or decay. Known are SGD, and under cross-entropy steps along the exact polar factor where all
// facts are asked for alike.
bool facts_theory_covers(const Experiment& experiment, const Recipe& recipe);

class PredictedFacts {
  public:
    // Of a recipe that facts_theory_covers(), at step 0.
    PredictedFacts(const Problem& problem, const Recipe& recipe);
    void advance();
    std::int64_t step() const { return step_; }
    int facts() const { return static_cast<int>(leads_.size()); }
    // Of fact k, from 0, as answer_facts() has them.
    double loss(int k) const;
    double probability(int k) const;

  private:
    Vector frequencies_, leads_;
    OptimizerSpec optimizer_;
    double square_ = 0;  // the loss beside half a square; 0: a cross-entropy
    std::int64_t step_ = 0;
};

}  // namespace muonscope
