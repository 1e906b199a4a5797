#include "core/llama/answer.h"

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace muonscope {

namespace {

constexpr int shown_tokens = 5;

// Tokens of the prompt that need not be read again: all but the last, of which logits are wanted.
int known_tokens(const Llama& llama, std::span<const int> prompt) {
    const std::span<const int> known = llama.tokens();
    const auto apart = std::mismatch(known.begin(), known.end(), prompt.begin(), prompt.end());
    return static_cast<int>(
        std::min<std::ptrdiff_t>(apart.first - known.begin(), std::ssize(prompt) - 1));
}

Work<> read_with_pauses(Llama& llama, std::span<const int> tokens) {
    llama.begin(tokens);
    while (llama.go_on()) {
        work_point();
        co_await pause();
    }
}

}  // namespace

double SaidToken::gap() const {
    return best.size() < 2 ? std::numeric_limits<double>::infinity()
                           : best[0].log_probability - best[1].log_probability;
}

Work<AnswerEnd> answer(Llama& llama, const Tokeniser& tokeniser, std::vector<int> prompt,
                       AnswerSpec spec, std::function<void(SaidToken)> say) {
    if (prompt.empty()) throw Error("answer", "the prompt is empty", "write something");
    Sampler sampler(spec.sampling, spec.seed);
    TextStream text(tokeniser);
    llama.keep(known_tokens(llama, prompt));
    co_await read_with_pauses(llama,
                              std::span(prompt).subspan(static_cast<std::size_t>(llama.length())));
    for (int said = 0; said < spec.most_tokens; ++said) {
        const int token = sampler.choose(llama.logits());
        if (token == tokeniser.end()) co_return AnswerEnd::end_token;
        SaidToken next;
        next.token = token;
        next.text = text.add(token);
        next.log_probability = log_probability(llama.logits(), token);
        next.best = likeliest(llama.logits(), shown_tokens);
        say(std::move(next));
        co_await pause();
        if (llama.length() == llama.positions()) co_return AnswerEnd::no_room;
        co_await read_with_pauses(llama, std::span(&token, 1));
    }
    co_return AnswerEnd::most_tokens;
}

}  // namespace muonscope
