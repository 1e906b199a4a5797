#include "core/experiment/published/planning.h"

#include <cmath>

#include "core/base/elementary.h"
#include "core/experiment/published/jobs.h"
#include "core/linalg/reductions.h"
#include "core/measure/tangent_kernel.h"

namespace muonscope {

double half_loss(const Problem& problem, const Lane& lane) {
    return 0.5 * sum_of_squares(Matrix(product(lane.weights()) - problem.target));
}

double lambda_eff(const Problem& problem, const Lane& lane) {
    const std::size_t depth = lane.weights().size();
    std::vector<int> layers;
    for (std::size_t l = 1; l <= depth; ++l) layers.push_back(static_cast<int>(l));
    TangentKernel kernel(lane.weights(), std::vector<char>(depth, 0), problem.data.inputs, layers);
    return kernel.lambda_eff(kernel.outputs() - problem.target);
}

Lane rolled(const Lane& lane, const Schedule& schedule, int steps) {
    Lane copy = lane;
    copy.set_recipe(follow(schedule), true);
    run_to(copy, lane.step() + steps);
    return copy;
}

double predicted_loss(double loss, double lambda, double lr, int horizon, double damping) {
    return loss * elementary::exp(-2 * damping * lr * (horizon - 1) * lambda);
}

}  // namespace muonscope
