#include "core/experiment/cost.h"

#include <algorithm>

namespace muonscope {
namespace {

// Both fitted to the time of Spectrum and of the probe's singular vectors beside that of matrix
// products, d = 16 to 256: the quadratic part is what small matrices mostly cost.
double singular_values_cost(double rows, double cols) {
    const double r = std::min(rows, cols), q = std::max(rows, cols);
    return 3.5 * q * r * r + 1200 * r * r;
}

double singular_vectors_cost(double d) {
    return 45 * d * d * d + 700 * d * d;
}

// Of a softmax probe, which has no closed form: what it takes where the threshold is within reach.
constexpr int steps_to_threshold = 200;

double columns_a_step(const Experiment& experiment) {
    const DataSpec& data = experiment.data;
    const int all = columns_of(data, layer_widths(experiment.network).front());
    return has_minibatches(data) ? std::min(data.batch, all) : all;
}

}  // namespace

double step_cost(const Experiment& experiment) {
    const std::vector<int> widths = layer_widths(experiment.network);
    const double columns = columns_a_step(experiment);
    double cost = 0;
    // Forward, back through the layer, and the gradient itself: one product each.
    for (std::size_t l = 0; l + 1 < widths.size(); ++l)
        cost += 3.0 * widths[l] * widths[l + 1] * columns;
    // Scores of every class, and back.
    if (experiment.loss == LossKind::cross_entropy &&
        experiment.data.kind == DataKind::associations)
        cost += 2.0 * widths.back() * experiment.data.facts * columns;
    return cost;
}

double measure_cost(const Experiment& experiment) {
    const std::vector<int> widths = layer_widths(experiment.network);
    const double in = widths.front(), out = widths.back();
    const DataSpec& data = experiment.data;
    const double columns = columns_of(data, widths.front());
    double cost = singular_values_cost(out, in);
    for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
        const double rows = widths[l + 1], cols = widths[l];
        cost += 3 * singular_values_cost(rows, cols) + rows * cols * (in + 4 * columns);
    }
    if (data.kind == DataKind::associations) cost += out * columns * columns;
    const double widest = *std::max_element(widths.begin(), widths.end());
    cost += singular_vectors_cost(widest);
    if (experiment.probe.task == ProbeTask::softmax)
        cost += 16.0 * std::max(experiment.probe.steps, steps_to_threshold) * widest *
                experiment.probe.samples;
    return cost;
}

}  // namespace muonscope
