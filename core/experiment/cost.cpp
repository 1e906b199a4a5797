#include "core/experiment/cost.h"

#include <algorithm>

namespace muonscope {
namespace {

// Fitted to the time of Spectrum beside that of matrix products, d = 32 to 512: a cubic part at
// half the pace of products, and the sweeps over the bidiagonal, which small matrices mostly
// consist of.
double singular_values_cost(double rows, double cols) {
    const double r = std::min(rows, cols), q = std::max(rows, cols);
    return 20 * q * r * r + 7000 * r * r;
}

double columns_a_step(const Experiment& experiment) {
    const DataSpec& data = experiment.data;
    if (data.kind == DataKind::whitened) return layer_widths(experiment.network).front();
    return data.batch > 0 ? std::min(data.batch, data.samples) : data.samples;
}

}  // namespace

double step_cost(const Experiment& experiment) {
    const std::vector<int> widths = layer_widths(experiment.network);
    const double columns = columns_a_step(experiment);
    double cost = 0;
    // Forward, back through the layer, and the gradient itself: one product each.
    for (std::size_t l = 0; l + 1 < widths.size(); ++l)
        cost += 3.0 * widths[l] * widths[l + 1] * columns;
    return cost;
}

double measure_cost(const Experiment& experiment) {
    const std::vector<int> widths = layer_widths(experiment.network);
    const double in = widths.front(), out = widths.back();
    double cost = singular_values_cost(out, in);
    for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
        const double rows = widths[l + 1], cols = widths[l];
        cost += 3 * singular_values_cost(rows, cols) + rows * cols * in;
    }
    const double deepest = *std::max_element(widths.begin(), widths.end());
    cost += 40 * deepest * deepest * deepest;  // the probe's eigenvectors
    if (experiment.probe.task == ProbeTask::softmax)
        cost += 16.0 * experiment.probe.steps * deepest * std::max(256, experiment.data.samples);
    return cost;
}

}  // namespace muonscope
