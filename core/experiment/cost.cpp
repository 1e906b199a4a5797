#include "core/experiment/cost.h"

#include <algorithm>

#include "core/experiment/matrix_groups.h"

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
    return has_minibatches(experiment) ? std::min(data.batch, all) : all;
}

// One way forward of so many sequences.
double pass_cost(const Experiment& experiment, int sequences) {
    const double length = experiment.transformer.context, positions = length * sequences;
    double weights = 0;
    for (const MatrixInfo& matrix : matrices_of(experiment))
        if (matrix.kind != MatrixKind::embedding && matrix.kind != MatrixKind::positions)
            weights += static_cast<double>(matrix.rows * matrix.cols);
    if (experiment.transformer.tied)
        weights += double(experiment.transformer.width) * vocabulary_of(experiment.task);
    return positions *
           (weights + experiment.transformer.blocks * length * experiment.transformer.width);
}

// Four products of what a matrix did with all that enters it, not by the kernels of the steps.
constexpr double cost_of_products = 12;

double measure_cost_of_tokens(const Experiment& experiment) {
    const int held_out = experiment.task.held_out;
    const double positions = double(experiment.transformer.context) * held_out;
    // The loss, the streams of the probe and what enters each matrix; its facts, two tokens each:
    // in memory of their own, which takes as long again.
    double cost =
        2 * (3 * pass_cost(experiment, held_out) +
             pass_cost(experiment, 1) * 2 * facts_of(experiment) / experiment.transformer.context) +
        singular_vectors_cost(experiment.transformer.width);
    for (const MatrixInfo& matrix : matrices_of(experiment)) {
        const auto rows = static_cast<double>(matrix.rows), cols = static_cast<double>(matrix.cols);
        cost += 3 * singular_values_cost(rows, cols) + cost_of_products * rows * cols * positions;
    }
    return cost;
}

}  // namespace

double step_cost(const Experiment& experiment) {
    if (is_transformer(experiment)) return 3 * pass_cost(experiment, experiment.task.batch);
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
    if (is_transformer(experiment)) return measure_cost_of_tokens(experiment);
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
