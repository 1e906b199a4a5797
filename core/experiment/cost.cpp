#include "core/experiment/cost.h"

#include <algorithm>

namespace muonscope {
namespace {

// Bidiagonalisation, 2 q r^2 - 2/3 r^3 multiply-adds at the pace of matrix-vector products, then
// implicit QR without vectors, some 30 r^2 rotations; both weighed by what they took beside a
// matrix product (tests/bench).
double singular_values_cost(double rows, double cols) {
    const double r = std::min(rows, cols), q = std::max(rows, cols);
    return 4 * (2 * q * r * r - 2.0 / 3.0 * r * r * r) + 150 * r * r;
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
