#include "core/experiment/token_score.h"

#include <algorithm>

#include "core/experiment/matrix_groups.h"
#include "core/model/transformer/transformer_pass.h"

namespace muonscope {

TokenScore score_of(const Problem& problem, const std::vector<Matrix>& weights,
                    const TokenBatch& batch) {
    TransformerPass<double> pass(transformer_of(problem.experiment));
    TokenScore score;
    score.loss = pass.forward(weights, batch);
    const Matrix logits = pass.logits(weights);
    const CountedTokens& asked = pass.counted();
    for (std::size_t i = 0; i < asked.positions.size(); ++i) {
        const double* const column = logits.col(asked.positions[i]).data();
        if (std::max_element(column, column + logits.rows()) == column + asked.targets[i])
            score.accuracy += asked.shares[i];
    }
    return score;
}

}  // namespace muonscope
