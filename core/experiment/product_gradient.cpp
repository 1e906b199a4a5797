#include "core/experiment/product_gradient.h"

#include "core/experiment/loss_scale.h"

namespace muonscope {

Matrix product_gradient(const Problem& problem, const Matrix& product) {
    if (problem.experiment.network.activation != Activation::linear) return {};
    const double factor = loss_per_half_square(problem);
    const Matrix& inputs = problem.data.inputs;
    if (inputs.size() == 0) return factor * (product - problem.target);
    return factor * (product * inputs - problem.data.labels) * inputs.transpose();
}

}  // namespace muonscope
