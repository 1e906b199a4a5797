#include "core/experiment/loss_scale.h"

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

double layer_target_scale(const Problem& problem) {
    const bool relative = problem.experiment.loss == LossKind::relative;
    return relative ? 2 / (problem.target_norm * problem.target_norm) : 1.0;
}

}  // namespace muonscope
