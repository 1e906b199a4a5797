#include "core/experiment/teacher.h"

#include "core/experiment/stream_draws.h"

#include <cmath>

namespace muonscope {

std::vector<Matrix> make_teacher(const Experiment& experiment) {
    const TargetSpec& spec = experiment.target;
    const std::vector<int> widths = layer_widths(experiment.network);
    Draws draws(spec.stream, spec.stream_seed, experiment.seed, Purpose::target);
    std::vector<Matrix> teacher;
    for (std::size_t l = 1; l < widths.size(); ++l)
        teacher.emplace_back(spec.scale / std::sqrt(static_cast<double>(widths[l - 1])) *
                             draws.normal_matrix(widths[l], widths[l - 1], l));
    return teacher;
}

}  // namespace muonscope
