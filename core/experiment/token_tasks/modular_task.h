#pragma once

#include "core/experiment/token_tasks/token_task.h"

namespace muonscope {

struct ModularSpec {
    int modulus = 31;      // 2..512
    double training = .5;  // the share of all pairs to learn from, above 0 and below 1
    std::uint64_t seed = 1;
};

// Addition modulo p (arXiv 2201.02177): "a b =", and what counts is the sum behind it. The pairs
// are dealt out once: those held out are never trained on.
class ModularTask final : public TokenTask {
  public:
    explicit ModularTask(const ModularSpec& spec);  // throws Error for a number out of range
    int pairs(TokenPart part) const;
    void draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const override;
    std::string text(int token) const override;

  private:
    ModularSpec spec_;
    std::vector<int> pairs_;  // a modulus + b, those of training first
    int training_ = 0;
};

}  // namespace muonscope
