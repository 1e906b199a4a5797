#include "core/model/probe.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/model/network.h"
#include "core/model/softmax_regression.h"
#include "core/theory/linear_descent.h"

namespace muonscope {

namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();
constexpr int most_softmax_steps = 2000;

ProbeResult linear_probe(const Matrix& h, const Matrix& target, const ProbeSpec& spec) {
    const LinearDescent descent(h, -target, spec.lr);  // B = 0
    const double goal = spec.threshold * spec.threshold * target.squaredNorm();
    return {0.5 * descent.floor_square(), 0.5 * descent.square_after(spec.steps),
            descent.steps_to(goal)};
}

// A sample is right when its own class scores higher than every other: at B = 0 none is.
double share_misclassified(const Matrix& scores, const Matrix& one_hot) {
    const Vector own = scores.cwiseProduct(one_hot).rowwise().sum();
    const Matrix lead = scores.colwise() - own;
    const auto wrong = ((lead.array() >= 0).rowwise().count() > 1).count();
    return static_cast<double>(wrong) / static_cast<double>(scores.rows());
}

// Cross-entropy of the least-squares head on one-hot labels: a mark that needs no descent.
double least_squares_cross_entropy(const Matrix& h, const Matrix& one_hot) {
    const Eigen::CompleteOrthogonalDecomposition<Matrix> gram(h * h.transpose());
    Matrix scores = h.transpose() * gram.solve(h * one_hot);
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
    ProbeResult result{least_squares_cross_entropy(h, one_hot), never, never};
    double loss_before = std::numeric_limits<double>::infinity();
    bool searching = true;
    for (int t = 0; t <= spec.steps || (searching && t <= most_softmax_steps); ++t) {
        const double loss = regression.evaluate();
        if (!std::isfinite(loss)) {
            if (t <= spec.steps) result.after_k = std::numeric_limits<double>::infinity();
            break;
        }
        if (t == spec.steps) result.after_k = loss;
        if (searching) {
            const double share = share_misclassified(regression.probabilities(), one_hot);
            if (share <= spec.threshold) {
                result.steps = t;
                searching = false;
            } else if (t % stretch == 0) {
                searching = !hopeless(loss_before, loss, share, spec.threshold);
                loss_before = loss;
            }
        }
        regression.step(spec.lr);
    }
    return result;
}

}  // namespace

Probe::Probe(std::shared_ptr<const Problem> problem) : problem_(std::move(problem)) {}

ProbeResult Probe::measure(const std::vector<Matrix>& weights, const ProbeSpec& spec) {
    const int layer = std::clamp(spec.layer, 1, static_cast<int>(weights.size()));
    const Matrix h =
        representation(weights, layer, problem_->probe_inputs, problem_->experiment.network);
    if (!h.allFinite()) return {never, never, never};
    if (problem_->experiment.probe.task == ProbeTask::softmax)
        return softmax_probe(h, problem_->probe_labels, spec);
    return linear_probe(h, problem_->probe_labels, spec);
}

}  // namespace muonscope
