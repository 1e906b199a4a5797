#include "core/experiment/fact_answers.h"

#include <algorithm>
#include <numeric>

#include "core/experiment/loss_scale.h"
#include "core/experiment/matrix_groups.h"
#include "core/linalg/reductions.h"
#include "core/model/cross_entropy.h"
#include "core/model/transformer/transformer_pass.h"

namespace muonscope {

namespace {

void answer_questions(const Problem& problem, const std::vector<Matrix>& weights,
                      std::span<double> losses, std::span<double> probabilities) {
    TransformerPass<double> pass(transformer_of(problem.experiment));
    pass.forward(weights, problem.fact_questions);
    std::copy(pass.counted().losses.begin(), pass.counted().losses.end(), losses.begin());
    std::copy(pass.counted().probabilities.begin(), pass.counted().probabilities.end(),
              probabilities.begin());
}

}  // namespace

void answer_facts(const Problem& problem, const std::vector<Matrix>& weights,
                  std::span<double> losses, std::span<double> probabilities) {
    if (problem.task) return answer_questions(problem, weights, losses, probabilities);
    const Regression& data = problem.data;
    const Eigen::Index facts = data.labels.cols();
    const int last = static_cast<int>(problem.model->activations().size());
    const Matrix outputs = problem.model->activation(weights, last, data.inputs);
    std::vector<int> classes(static_cast<std::size_t>(facts));
    std::iota(classes.begin(), classes.end(), 0);
    CrossEntropy entropy(data.labels, data.labels.rows(), facts);
    entropy.evaluate(outputs, classes.data());
    const bool squared = data.loss != LossKind::cross_entropy;
    const double scale = squared ? 0.5 * loss_per_half_square(problem) : 0;
    for (Eigen::Index k = 0; k < facts; ++k) {
        const auto at = static_cast<std::size_t>(k);
        probabilities[at] = entropy.probabilities()(k, k);
        losses[at] = squared ? scale * sum_of_squares(Vector(outputs.col(k) - data.labels.col(k)))
                             : entropy.losses()(k);
    }
}

}  // namespace muonscope
