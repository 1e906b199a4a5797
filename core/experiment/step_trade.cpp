#include "core/experiment/step_trade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/experiment/loss_scale.h"
#include "core/linalg/factorisations.h"
#include "core/linalg/reductions.h"
#include "core/measure/preservation.h"

namespace muonscope {

int built_on(const Problem& problem, int layer) {
    if (!problem.task) return layer;
    const MatrixInfo& matrix = problem.model->matrices()[index_of(layer)];
    if (matrix.kind == MatrixKind::head) return problem.experiment.transformer.blocks;
    return std::max(matrix.block, 1);
}

StepTrades::StepTrades(std::shared_ptr<const Problem> problem, std::vector<Matrix> weights,
                       int layer, const ProbeSpec& spec, Objective objective)
    : problem_(std::move(problem)),
      weights_(std::move(weights)),
      objective_(objective),
      spec_(spec),
      backpropagation_(backpropagation_of(problem_)),
      prober_(problem_) {
    const auto layers = static_cast<int>(weights_.size());
    if (layer < 1 || layer > layers)
        throw Error("layer", fmt::format("there is no layer {}", layer),
                    fmt::format("1 to {}", layers));
    at_ = layer - 1;
    spec_.layer = built_on(*problem_, layer);
    weight_ = weights_[at_];
    if (objective_ == Objective::layer_target) {
        if (at_ >= problem_->layer_targets.size() || problem_->layer_targets[at_].size() == 0)
            throw Error("objective", fmt::format("layer {} has no target of its own", layer),
                        "choose a layer that has one, or the network's loss");
        gradient_ = layer_target_scale(*problem_) * (weight_ - problem_->layer_targets[at_]);
        loss_ = loss_now();
    } else {
        loss_ = backpropagation_->gradients(weights_, {layer});
        gradient_ = backpropagation_->gradient(layer);
    }
    inputs_ = problem_->model->matrix_inputs(weights_, problem_->data.inputs)[at_];
    probed_ = prober_.measure(weights_, spec_);
}

double StepTrades::loss_now() {
    if (objective_ == Objective::network) return backpropagation_->errors(weights_).loss;
    return 0.5 * layer_target_scale(*problem_) *
           sum_of_squares(Matrix(weights_[at_] - problem_->layer_targets[at_]));
}

StepTrade StepTrades::of(const Matrix& update) {
    StepTrade trade;
    trade.length = norm(update);
    const auto loss_after = [&](const Matrix& step) {
        weights_[at_] = weight_ + step;
        return loss_now();
    };
    const double with_gradient = loss_after(at_length(-gradient_, trade.length));
    trade.loss = loss_after(update);  // last, so that its weights stand for the probe
    trade.descent = loss_ - trade.loss;
    trade.given_up = trade.loss - with_gradient;
    const double lengths = trade.length * norm(gradient_);
    trade.fidelity =
        lengths > 0 ? -dot(update, gradient_) / lengths : std::numeric_limits<double>::quiet_NaN();
    trade.preservation = preservation(update, weight_, inputs_);
    trade.probe = prober_.measure(weights_, spec_);
    trade.gained = probed_.after_k - trade.probe.after_k;
    weights_[at_] = weight_;
    return trade;
}

Matrix StepTrades::spectral_step(double power, double length) const {
    Matrix direction = Matrix::Zero(gradient_.rows(), gradient_.cols());
    spectral_power(gradient_, power, 0, direction);
    return at_length(-direction, length);
}

Matrix StepTrades::step_of(const OptimizerSpec& optimizer,
                           const LayerOptimizer::State* held) const {
    Matrix update = Matrix::Zero(gradient_.rows(), gradient_.cols());
    LayerOptimizer taking(gradient_.rows(), gradient_.cols(), held ? held->spec : optimizer);
    if (held) {
        taking.set_state(*held);
        if (!(held->spec == optimizer)) taking.reconfigure(optimizer, true);
    }
    taking.update(gradient_, weight_, update);
    return update;
}

Matrix StepTrades::at_length(const Matrix& update, double length) {
    const ScaledNorm size = scaled_norm(update);
    if (!(size.norm > 0)) return Matrix::Zero(update.rows(), update.cols());
    return update * size.unit * (length / size.norm);
}

}  // namespace muonscope
