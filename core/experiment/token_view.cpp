#include "core/experiment/token_view.h"

#include <algorithm>

#include "core/base/elementary.h"
#include "core/experiment/matrix_groups.h"
#include "core/model/transformer/transformer.h"
#include "core/model/transformer/transformer_pass.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

// Columns of scores become probabilities.
Matrix probabilities_of(Matrix logits) {
    for (Eigen::Index j = 0; j < logits.cols(); ++j) {
        auto column = logits.col(j);
        const double largest = column.maxCoeff();
        double sum = 0;
        for (Eigen::Index i = 0; i < column.size(); ++i)
            sum += column(i) = elementary::exp(column(i) - largest);
        column /= sum;
    }
    return logits;
}

}  // namespace

TokenView token_view(const Problem& problem, const std::vector<Matrix>& weights, int sequence) {
    const Matrix inputs = problem.data.inputs.col(sequence);
    const TransformerSpec spec = transformer_of(problem.experiment);
    const TokenBatch batch = unasked(inputs, spec.vocabulary);
    TransformerPass<double> pass(spec);
    pass.forward(weights, batch);
    TokenView view;
    view.tokens = batch.tokens;
    for (int block = 1; block <= spec.blocks; ++block) {
        std::vector<Matrix>& heads = view.attention.emplace_back();
        for (int head = 0; head < spec.heads; ++head)
            heads.push_back(pass.attention_map(block, 0, head));
    }
    const Matrix probabilities = probabilities_of(pass.logits(weights));
    for (Eigen::Index i = 0; i < inputs.rows(); ++i) {
        const double asked = problem.data.labels(i, sequence);
        if (asked < 0) continue;
        TokenView::Answer answer;
        answer.position = static_cast<int>(i);
        answer.right = static_cast<int>(asked);
        answer.probability = probabilities(answer.right, i);
        Eigen::Index likeliest = 0;
        answer.best = probabilities.col(i).maxCoeff(&likeliest);
        answer.likeliest = static_cast<int>(likeliest);
        view.answers.push_back(answer);
    }
    return view;
}

int next_token(const Problem& problem, const std::vector<Matrix>& weights,
               const std::vector<int>& tokens, double temperature, std::uint64_t seed) {
    const std::size_t seen =
        std::min(tokens.size(), std::size_t(problem.experiment.transformer.context));
    Matrix inputs(static_cast<Eigen::Index>(seen), 1);
    for (std::size_t i = 0; i < seen; ++i)
        inputs(static_cast<Eigen::Index>(i), 0) = tokens[tokens.size() - seen + i];
    const int last = static_cast<int>(problem.model->activations().size());
    const Matrix logits = problem.model->activation(weights, last, inputs).rightCols(1);
    Eigen::Index likeliest = 0;
    logits.col(0).maxCoeff(&likeliest);
    if (!(temperature > 0)) return static_cast<int>(likeliest);
    const Matrix probabilities = probabilities_of(logits / temperature);
    double left = Generator(seed, Purpose::next_token, tokens.size()).uniform();
    for (Eigen::Index token = 0; token < probabilities.rows(); ++token) {
        left -= probabilities(token, 0);
        if (left < 0) return static_cast<int>(token);
    }
    return static_cast<int>(likeliest);
}

}  // namespace muonscope
