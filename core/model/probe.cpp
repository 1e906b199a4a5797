#include "core/model/probe.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/model/network.h"
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

// One sample a row, so that every operation runs along contiguous samples: n x classes.
// scores <- softmax of each row; returns the mean cross-entropy against the one-hot labels.
double softmax_in_place(Matrix& scores, const Matrix& one_hot) {
    const Vector highest = scores.rowwise().maxCoeff();
    scores.colwise() -= highest;
    const double right = scores.cwiseProduct(one_hot).sum();
    scores = scores.array().exp().matrix();
    const Vector sums = scores.rowwise().sum();
    const double loss = sums.array().log().sum() - right;
    scores.array().colwise() /= sums.array();
    return loss / static_cast<double>(scores.rows());
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
    const Matrix samples = h.transpose();
    ProbeResult result{least_squares_cross_entropy(h, one_hot), never, never};
    Matrix head = Matrix::Zero(h.rows(), one_hot.cols());
    Matrix scores = Matrix::Zero(one_hot.rows(), one_hot.cols());
    const double step = spec.lr / static_cast<double>(one_hot.rows());
    double loss_before = std::numeric_limits<double>::infinity();
    bool searching = true;
    for (int t = 0; t <= spec.steps || (searching && t <= most_softmax_steps); ++t) {
        if (t > 0) scores.noalias() = samples * head;
        if (!scores.allFinite()) {
            if (t <= spec.steps) result.after_k = std::numeric_limits<double>::infinity();
            break;
        }
        const double share = searching ? share_misclassified(scores, one_hot) : 0;
        if (searching && share <= spec.threshold) {
            result.steps = t;
            searching = false;
        }
        const double loss = softmax_in_place(scores, one_hot);
        if (t == spec.steps) result.after_k = loss;
        if (searching && t % stretch == 0) {
            if (hopeless(loss_before, loss, share, spec.threshold)) searching = false;
            loss_before = loss;
        }
        scores -= one_hot;
        head.noalias() -= step * (h * scores);
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
