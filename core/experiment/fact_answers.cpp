#include "core/experiment/fact_answers.h"

#include <numeric>

#include "core/experiment/loss_scale.h"
#include "core/linalg/reductions.h"
#include "core/model/cross_entropy.h"

namespace muonscope {

void answer_facts(const Problem& problem, const std::vector<Matrix>& weights,
                  std::span<double> losses, std::span<double> probabilities) {
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
