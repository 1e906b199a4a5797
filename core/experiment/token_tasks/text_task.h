#pragma once

#include "core/experiment/token_tasks/token_task.h"

namespace muonscope {

struct TextSpec {
    std::string text;  // its bytes are the tokens
    int length = 64;   // of a sequence, 2..256
    std::uint64_t seed = 1;
};

// The next byte of a text, at every position of pieces drawn from it. The last tenth of the text is
// held out.
class TextTask final : public TokenTask {
  public:
    // Throws Error for a text of which a tenth has not length + 1 bytes.
    explicit TextTask(TextSpec spec);
    void draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const override;
    std::string text(int token) const override;

  private:
    TextSpec spec_;
};

}  // namespace muonscope
