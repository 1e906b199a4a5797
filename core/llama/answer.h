#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/work.h"
#include "core/llama/llama.h"
#include "core/llama/next_token.h"
#include "core/llama/tokeniser.h"

namespace muonscope {

// A token of an answer, as it was chosen.
struct SaidToken {
    int token = -1;
    std::string text;  // what can be shown now: characters are whole
    double log_probability = 0;
    std::vector<RankedToken> best;  // the likeliest five
    // Between the log-probabilities of the first two; infinity where there is one token only.
    double gap() const;
};

enum class AnswerEnd { end_token, most_tokens, no_room };

struct AnswerSpec {
    SamplingSpec sampling;
    std::uint64_t seed = 0;
    int most_tokens = 256;
};

// Reads a prompt and says what comes next, token by token, up to the end token, which is not said.
// What the llama has read already of the prompt is not read again. It pauses after each block and
// looks whether it is still wanted (progress.h). llama and tokeniser outlive it. Throws Error for
// an empty prompt, and for one that is longer than there is room for.
Work<AnswerEnd> answer(Llama& llama, const Tokeniser& tokeniser, std::vector<int> prompt,
                       AnswerSpec spec, std::function<void(SaidToken)> say);

}  // namespace muonscope
