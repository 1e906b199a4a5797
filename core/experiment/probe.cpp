#include "core/experiment/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/experiment/matrix_groups.h"
#include "core/experiment/token_problem.h"
#include "core/linalg/dense_factors.h"
#include "core/model/chain.h"
#include "core/model/softmax_regression.h"
#include "core/theory/linear_descent.h"

namespace muonscope {

namespace {

constexpr double not_found = std::numeric_limits<double>::quiet_NaN();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double all_steps = std::numeric_limits<double>::infinity();
constexpr int most_softmax_steps = 2000;

ProbeResult linear_probe(const Matrix& h, const Matrix& target, const ProbeSpec& spec) {
    const LinearDescent descent(h, -target, spec.lr);  // B = 0
    const double goal = spec.threshold * spec.threshold * target.squaredNorm();
    return {0.5 * descent.floor_square(), 0.5 * descent.square_after(spec.steps),
            descent.steps_to(goal), all_steps, descent.critical_rate()};
}

// A sample is right when its own class scores higher than every other: at B = 0 none is.
double share_misclassified(const Matrix& scores, const Matrix& one_hot) {
    const Vector own = scores.cwiseProduct(one_hot).rowwise().sum();
    const Matrix lead = scores.colwise() - own;
    const auto wrong = ((lead.array() >= 0).rowwise().count() > 1).count();
    return static_cast<double>(wrong) / static_cast<double>(scores.rows());
}

// Cross-entropy of the least-squares head on one-hot labels: a mark that needs no descent.
double least_squares_cross_entropy(const Matrix& features, const Matrix& one_hot) {
    Matrix scores = features * least_squares(features, one_hot);
    return softmax_in_place(scores, one_hot);
}

// A run to the threshold is long, and measured often: it is given up where a stretch of steps has
// lowered the loss by little while the share misclassified is still far away.
bool hopeless(double loss_before, double loss, double share, double threshold) {
    return loss > 0.995 * loss_before && share > 2 * threshold;
}

ProbeResult softmax_probe(const Matrix& h, const Matrix& labels, const ProbeSpec& spec) {
    constexpr int stretch = 100;
    const Matrix one_hot = labels.transpose();
    SoftmaxRegression regression(h.transpose(), one_hot);
    ProbeResult result{least_squares_cross_entropy(regression.features(), one_hot), unknown,
                       not_found, 0, unknown};
    double loss_before = std::numeric_limits<double>::infinity();
    bool worthwhile = true;
    for (int t = 0;; ++t) {
        const double loss = regression.evaluate();
        if (!std::isfinite(loss)) {
            if (t <= spec.steps) result.after_k = std::numeric_limits<double>::infinity();
            if (std::isnan(result.steps)) result.searched = all_steps;
            break;
        }
        if (t == spec.steps) result.after_k = loss;
        if (std::isnan(result.steps)) {
            result.searched = t;
            const double share = share_misclassified(regression.probabilities(), one_hot);
            if (share <= spec.threshold) {
                result.steps = t;
            } else if (t % stretch == 0) {
                worthwhile = worthwhile && !hopeless(loss_before, loss, share, spec.threshold);
                loss_before = loss;
            }
        }
        const bool searching = std::isnan(result.steps) && worthwhile && t < most_softmax_steps;
        if (t >= spec.steps && !searching) break;
        regression.step(spec.lr);
    }
    return result;
}

}  // namespace

std::string probed_matrix(const Experiment& experiment) {
    if (is_transformer(experiment))
        return fmt::format("block {}",
                           std::clamp(experiment.probe.layer, 1, experiment.transformer.blocks));
    const std::vector<MatrixInfo> matrices = matrices_of(experiment);
    const auto last = static_cast<int>(matrices.size());
    return matrices[index_of(std::clamp(experiment.probe.layer, 1, last))].name;
}

std::string threshold_text(double steps, double searched) {
    if (!std::isnan(steps))
        return steps < 1e6 ? fmt::format("{:.0f}", steps) : fmt::format("{:.4g}", steps);
    if (std::isnan(searched)) return "";
    return std::isinf(searched) ? "never" : fmt::format("> {:.0f}", searched);
}

Probe::Probe(std::shared_ptr<const Problem> problem) : problem_(std::move(problem)) {}

ProbeResult Probe::measure(const std::vector<Matrix>& weights, const ProbeSpec& spec) {
    if (problem_->task) {
        const Matrix h = probed_stream(*problem_, weights, spec.layer);
        if (!h.allFinite()) return {unknown, unknown, not_found, unknown, unknown};
        return linear_probe(h, problem_->probe_labels, spec);
    }
    const int layer = std::clamp(spec.layer, 1, static_cast<int>(weights.size()));
    const Matrix h =
        representation(weights, layer, problem_->probe_inputs, problem_->experiment.network);
    if (!h.allFinite()) return {unknown, unknown, not_found, unknown, unknown};
    if (problem_->experiment.probe.task == ProbeTask::softmax)
        return softmax_probe(h, problem_->probe_labels, spec);
    return linear_probe(h, problem_->probe_labels, spec);
}

}  // namespace muonscope
