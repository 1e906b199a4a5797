#include "core/experiment/loss_scale.h"

#include "core/linalg/reductions.h"

namespace muonscope {
namespace {

double weighted_label_square(const Regression& data) {
    double square = 0;
    for (Eigen::Index j = 0; j < data.labels.cols(); ++j)
        square += data.weights(j) * sum_of_squares(data.labels.col(j));
    return square;
}

}  // namespace

double loss_per_half_square(const Problem& problem) {
    const Experiment& e = problem.experiment;
    if (problem.data.weights.size() > 0) {
        const double square = weighted_label_square(problem.data);
        if (e.loss == LossKind::relative) return 2 / square;
        return e.loss == LossKind::mean ? 1 / static_cast<double>(problem.target.rows()) : 1;
    }
    const bool whitened = problem.data.inputs.size() == 0;
    const double samples = whitened ? 1 : static_cast<double>(problem.data.inputs.cols());
    switch (e.loss) {
        case LossKind::half:
        case LossKind::cross_entropy:  // none: nobody asks
            return 1 / samples;
        case LossKind::relative:
            return 2 / sum_of_squares(problem.data.labels);
        case LossKind::mean:
            return 1 / static_cast<double>(problem.data.labels.size());
    }
    return 1;
}

double layer_target_scale(const Problem& problem) {
    const bool relative = problem.experiment.loss == LossKind::relative;
    return relative ? 2 / (problem.target_norm * problem.target_norm) : 1.0;
}

Matrix counted_inputs(const Regression& data) {
    if (data.weights.size() == 0) return data.inputs;
    return data.inputs * data.weights.cwiseSqrt().asDiagonal();
}

}  // namespace muonscope
