#include "core/experiment/product_gradient.h"

#include "core/linalg/reductions.h"

namespace muonscope {

double loss_per_half_square(const Problem& problem) {
    const Experiment& e = problem.experiment;
    const bool whitened = problem.data.inputs.size() == 0;
    const double samples = whitened ? 1 : static_cast<double>(problem.data.inputs.cols());
    switch (e.loss) {
        case LossKind::half:
            return 1 / samples;
        case LossKind::relative:
            return 2 / sum_of_squares(problem.data.labels);
        case LossKind::mean:
            return 1 / static_cast<double>(problem.data.labels.size());
    }
    return 1;
}

Matrix product_gradient(const Problem& problem, const Matrix& product) {
    if (problem.experiment.network.activation != Activation::linear) return {};
    const double factor = loss_per_half_square(problem);
    const Matrix& inputs = problem.data.inputs;
    if (inputs.size() == 0) return factor * (product - problem.target);
    return factor * (product * inputs - problem.data.labels) * inputs.transpose();
}

}  // namespace muonscope
