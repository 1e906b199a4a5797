#pragma once

#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/base/work.h"
#include "core/llama/llama.h"

namespace muonscope {

// What a llama makes of a text: at every position the log-probabilities of what comes next, and the
// residual stream in every layer. Floats: 13 MB for 65 tokens of a vocabulary of 49152.
struct TextReading {
    std::vector<int> tokens;
    int vocabulary = 0, width = 0;
    std::vector<float> log_probabilities;      // a row a position
    std::vector<std::vector<float>> residual;  // before the blocks and after each: a row a position

    std::span<const float> row(int position) const {
        return std::span(log_probabilities)
            .subspan(static_cast<std::size_t>(position) * static_cast<std::size_t>(vocabulary),
                     static_cast<std::size_t>(vocabulary));
    }
};

// The llama forgets what it has read before. It pauses after each block, says how far it is and
// looks whether it is still wanted (progress.h). The llama outlives it. Throws Error for no tokens.
Work<TextReading> read_text(Llama& llama, std::vector<int> tokens);

// The residual stream of one position in one layer: how long it is, and its entry of largest
// magnitude. A few tokens of some models stand out by a factor of hundreds, in one dimension
// (massive activations: Sun et al., arXiv 2402.17762).
struct ResidualSize {
    double length = 0;
    float peak = 0;     // that entry, with its sign
    int dimension = 0;  // where it stands; the first of equals
};
// A row a layer, before the blocks and after each; a column a position.
struct ResidualSizes {
    int layers = 0, positions = 0;
    std::vector<ResidualSize> sizes;  // a row behind the other

    const ResidualSize& at(int layer, int position) const {
        return sizes[static_cast<std::size_t>(layer) * static_cast<std::size_t>(positions) +
                     static_cast<std::size_t>(position)];
    }
};
ResidualSizes residual_sizes(const TextReading& reading);

// What sums up how far next-token distributions are from others over a text.
struct TextScore {
    // KL(before || after) in nats, over positions: mean and its standard error, which is infinite
    // for one position, median, 99 % quantile (between its neighbours in proportion), largest.
    // Where one is no number all are none.
    double mean = 0, error = 0, median = 0, quantile_99 = 0, largest = 0;
    double same_top_share = 0;  // of positions whose likeliest token is the same
    // e^(mean of -log p of the text's own next token); no number for a single token.
    double perplexity_before = 0, perplexity_after = 0;
    // A layer each, before the blocks and after each: mean over positions of |x' - x|/|x|.
    std::vector<double> drift;
};

// How far the next-token distributions of one llama are from another's over a text.
struct TextChange : TextScore {
    // A position each: KL(before || after) in nats, and whether the likeliest token is the same.
    std::vector<double> divergence;
    std::vector<bool> same_top;
    ResidualSizes residual;  // of the other llama
};

// Of the same text read by another llama of the same shape, as read_text() reads; its distributions
// are looked at as they come and not kept. `before` outlives it. The same llama gives 0 throughout.
//
// KL is summed as q - p - p (log q - log p), which adds the nothing that q - p sums to: no term is
// negative then, and what rounds log p hardly counts.
Work<TextChange> change_of_text(Llama& llama, const TextReading& before);

}  // namespace muonscope
