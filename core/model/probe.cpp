#include "core/model/probe.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace muonscope {

namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t most_linear_steps = std::int64_t{1} << 53;  // exact in a double
constexpr int most_softmax_steps = 2000;

// The response of layers 1 ... layer to X (X = I when empty).
Matrix representation(const std::vector<Matrix>& weights, int layer, const Matrix& inputs,
                      bool tanh) {
    Matrix h;
    for (int l = 0; l < layer; ++l) {
        const Matrix& weight = weights[static_cast<std::size_t>(l)];
        if (l > 0)
            h = weight * h;
        else if (inputs.size() == 0)
            h = weight;
        else
            h = weight * inputs;
        const bool output = l + 1 == static_cast<int>(weights.size());
        if (tanh && !output) h = h.array().tanh().matrix();
    }
    return h;
}

// Gradient descent on 1/2 |B H - T|^2 from B = 0, in the eigenvectors Q of K = H H^T: with
// C = T H^T Q, column i of B Q after t steps is (1 - (1 - lr k_i)^t)/k_i C_i, and
//   |B_t H - T|^2 = |T|^2 - sum_i |C_i|^2/k_i (1 - (1 - lr k_i)^(2t)).
class LinearDescent {
  public:
    LinearDescent(const Matrix& h, const Matrix& target, double lr)
        : total_(target.squaredNorm()), lr_(lr) {
        const Eigen::SelfAdjointEigenSolver<Matrix> eigen(h * h.transpose());
        const Matrix projected = (target * h.transpose()) * eigen.eigenvectors();
        const Vector& k = eigen.eigenvalues();
        // Below this an eigenvalue is the rounding of zero.
        const double cut = k.cwiseAbs().maxCoeff() * std::numeric_limits<double>::epsilon() *
                           static_cast<double>(std::max(h.rows(), h.cols()));
        const Eigen::Index zeros = (k.array() <= cut).count();
        rates_ = k.tail(k.size() - zeros);
        gains_ =
            projected.colwise().squaredNorm().transpose().tail(rates_.size()).cwiseQuotient(rates_);
        floor_ = std::max(0.0, total_ - gains_.sum());
    }

    double floor_square() const { return floor_; }
    bool converges() const {
        return rates_.size() == 0 || (lr_ * rates_.maxCoeff() < 2.0 && lr_ > 0.0);
    }
    // |B_t H - T|^2
    double square_after(double steps) const {
        double sum = floor_;
        for (Eigen::Index i = 0; i < rates_.size(); ++i)
            sum += gains_(i) * std::pow(std::abs(1.0 - lr_ * rates_(i)), 2.0 * steps);
        return sum;
    }
    double total() const { return total_; }

  private:
    double total_, lr_, floor_ = 0;
    Vector rates_, gains_;  // k_i > 0 and |C_i|^2 / k_i
};

// Smallest t with |B_t H - T| <= threshold |T|. While the descent converges the error never grows,
// so doubling and halving find it.
double steps_to_threshold(const LinearDescent& descent, double threshold) {
    const double goal = threshold * threshold * descent.total();
    if (!(descent.square_after(0) > goal)) return 0;
    if (!descent.converges() || descent.floor_square() > goal) return never;
    std::int64_t above = 0;
    std::int64_t below = 1;
    while (descent.square_after(static_cast<double>(below)) > goal) {
        if (below >= most_linear_steps) return never;
        above = below;
        below *= 2;
    }
    while (below - above > 1) {
        const std::int64_t middle = above + (below - above) / 2;
        (descent.square_after(static_cast<double>(middle)) > goal ? above : below) = middle;
    }
    return static_cast<double>(below);
}

ProbeResult linear_probe(const Matrix& h, const Matrix& target, const ProbeSpec& spec) {
    const LinearDescent descent(h, target, spec.lr);
    return {0.5 * descent.floor_square(), 0.5 * descent.square_after(spec.steps),
            steps_to_threshold(descent, spec.threshold)};
}

// p <- softmax of each column of `scores`; returns the mean cross-entropy against one-hot labels.
double softmax_in_place(Matrix& scores, const Matrix& labels) {
    double loss = 0;
    for (Eigen::Index j = 0; j < scores.cols(); ++j) {
        auto column = scores.col(j);
        const double highest = column.maxCoeff();
        const double right = column.dot(labels.col(j));
        column = (column.array() - highest).exp().matrix();
        const double sum = column.sum();
        loss += highest + std::log(sum) - right;
        column /= sum;
    }
    return loss / static_cast<double>(scores.cols());
}

double share_misclassified(const Matrix& scores, const std::vector<Eigen::Index>& classes) {
    Eigen::Index wrong = 0;
    for (Eigen::Index j = 0; j < scores.cols(); ++j) {
        Eigen::Index best = 0;
        scores.col(j).maxCoeff(&best);
        wrong += best != classes[static_cast<std::size_t>(j)];
    }
    return static_cast<double>(wrong) / static_cast<double>(scores.cols());
}

// Cross-entropy of the least-squares head on one-hot labels: a bound that needs no descent.
double least_squares_cross_entropy(const Matrix& h, const Matrix& labels) {
    const Eigen::CompleteOrthogonalDecomposition<Matrix> decomposition(h * h.transpose());
    const Matrix head = decomposition.solve(h * labels.transpose()).transpose();
    Matrix scores = head * h;
    return softmax_in_place(scores, labels);
}

ProbeResult softmax_probe(const Matrix& h, const Matrix& labels, const ProbeSpec& spec) {
    std::vector<Eigen::Index> classes;
    for (Eigen::Index j = 0; j < labels.cols(); ++j) {
        Eigen::Index one = 0;
        labels.col(j).maxCoeff(&one);
        classes.push_back(one);
    }
    ProbeResult result{least_squares_cross_entropy(h, labels), never, never};
    Matrix head = Matrix::Zero(labels.rows(), h.rows());
    Matrix scores = Matrix::Zero(labels.rows(), labels.cols());
    const double step = spec.lr / static_cast<double>(labels.cols());
    const int most = std::max(spec.steps, most_softmax_steps);
    for (int t = 0; t <= most; ++t) {
        if (t > 0) scores.noalias() = head * h;
        if (!scores.allFinite()) {
            if (t <= spec.steps) result.after_k = std::numeric_limits<double>::infinity();
            break;
        }
        if (std::isnan(result.steps) && share_misclassified(scores, classes) <= spec.threshold)
            result.steps = t;
        const double loss = softmax_in_place(scores, labels);
        if (t == spec.steps) result.after_k = loss;
        if (t >= spec.steps && !std::isnan(result.steps)) break;
        scores -= labels;
        head.noalias() -= step * (scores * h.transpose());
    }
    return result;
}

}  // namespace

Probe::Probe(std::shared_ptr<const Problem> problem) : problem_(std::move(problem)) {}

ProbeResult Probe::measure(const std::vector<Matrix>& weights, const ProbeSpec& spec) {
    const int layer = std::clamp(spec.layer, 1, static_cast<int>(weights.size()));
    const bool tanh = problem_->experiment.network.activation == Activation::tanh;
    const Matrix h = representation(weights, layer, problem_->probe_inputs, tanh);
    if (!h.allFinite()) return {never, never, never};
    if (problem_->experiment.probe.task == ProbeTask::softmax)
        return softmax_probe(h, problem_->probe_labels, spec);
    return linear_probe(h, problem_->probe_labels, spec);
}

}  // namespace muonscope
