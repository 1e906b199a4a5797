#include "core/experiment/product_gradient.h"

#include <memory>

#include "core/experiment/loss_scale.h"
#include "core/model/chain.h"

namespace muonscope {

Matrix product_gradient(const Problem& problem, const Matrix& product) {
    if (is_transformer(problem.experiment)) return {};
    if (problem.experiment.network.activation != Activation::linear) return {};
    const bool entropy = problem.experiment.loss == LossKind::cross_entropy;
    if (entropy || problem.data.weights.size() > 0) {
        // The product as a net of one layer.
        const NetworkSpec network{
            .depth = 1,
            .widths = {static_cast<int>(product.cols()), static_cast<int>(product.rows())}};
        auto one = Chain(network).backpropagation({std::shared_ptr<void>(), &problem.data});
        one->gradients({product}, {1});
        return one->gradient(1);
    }
    const double factor = loss_per_half_square(problem);
    const Matrix& inputs = problem.data.inputs;
    if (inputs.size() == 0) return factor * (product - problem.target);
    return factor * (product * inputs - problem.data.labels) * inputs.transpose();
}

}  // namespace muonscope
