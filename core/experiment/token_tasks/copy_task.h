#pragma once

#include "core/experiment/token_tasks/token_task.h"

namespace muonscope {

struct CopySpec {
    int symbols = 32;  // 2..4096
    int length = 16;   // of what is copied, 1..128
    std::uint64_t seed = 1;
};

// Copying, which takes a head that looks for what came behind the same token before (induction,
// arXiv 2209.11895): drawn symbols, and the same once more. The second time counts, but for its
// first symbol, which nothing tells.
class CopyTask final : public TokenTask {
  public:
    explicit CopyTask(const CopySpec& spec);  // throws Error for a number out of range
    void draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const override;
    std::string text(int token) const override;

  private:
    CopySpec spec_;
};

}  // namespace muonscope
