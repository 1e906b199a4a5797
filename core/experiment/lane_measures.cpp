#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/progress.h"
#include "core/experiment/associations.h"
#include "core/experiment/fact_answers.h"
#include "core/experiment/lane.h"
#include "core/experiment/one_layer_descent.h"
#include "core/experiment/token_score.h"
#include "core/linalg/reductions.h"
#include "core/measure/preservation.h"
#include "core/measure/spectrum_measures.h"
#include "core/optim/expected_norm.h"
#include "core/optim/weight_decay.h"

// What a lane measures where a row is recorded.
namespace muonscope {
namespace {

// The singular values of `matrix`, that of this source, stand in the row already.
void sum_up(const Layout& layout, int source, const Matrix& matrix, std::span<double> row) {
    const std::size_t first = source == 0 ? layout.product_sv(0) : layout.weight_sv(source, 0);
    const int count = source == 0 ? layout.product_rank() : layout.rank(source);
    const std::span<const double> values = row.subspan(first, count);
    row[layout.flatness(source)] = flatness(values);
    row[layout.stable_rank(source)] = stable_rank(values);
    row[layout.effective_rank(source)] = effective_rank(values);
    row[layout.condition(source)] = condition_number(values);
    row[layout.numerical_rank(source)] =
        static_cast<double>(numerical_rank(values, matrix.rows(), matrix.cols()));
}

}  // namespace

void Lane::measure(const Layout& layout, const ProbeSpec& probe, std::span<double> row) {
    std::fill(row.begin(), row.end(), not_measured);
    // The same bits as at the steps between rows.
    std::copy(followed_.now().begin(), followed_.now().end(), row.begin());

    const Backpropagation::Errors errors = backpropagation_->errors(weights_);
    row[layout.loss()] = errors.loss;
    if (loss_of(problem_->experiment) != LossKind::cross_entropy)
        row[layout.relative_error()] = errors.relative_error;
    row[layout.error_left()] = error_left(errors.loss);
    work_point();
    const ProbeResult result = probe_.measure(weights_, probe);
    row[layout.probe_floor()] = result.floor;
    row[layout.probe_after_k()] = result.after_k;
    row[layout.probe_steps()] = result.steps;
    row[layout.probe_searched()] = result.searched;
    row[layout.probe_critical_rate()] = result.critical_rate;

    if (problem_->model->has_response()) measure_response(layout, row);
    measure_facts(layout, row);
    measure_task(layout, row);

    measure_trade_off(layout, row);
    measure_descent(layout, looked_ahead_ ? errors.loss : loss_before_, row);
    for (int layer = 1; layer <= layout.layers(); ++layer) {
        work_point("first measures, layer", layer - 1, layout.layers());
        const Matrix& weight = weights_[index_of(layer)];
        const int rank = layout.rank(layer);
        if (followed_.empty()) row[layout.weight_norm(layer)] = norm(weight);
        spectrum_.singular_values(weight, row.subspan(layout.weight_sv(layer, 0), rank));
        sum_up(layout, layer, weight, row);
        if (!moved_[index_of(layer)]) continue;
        spectrum_.singular_values(newest_gradient(layer),
                                  row.subspan(layout.gradient_sv(layer, 0), rank));
        spectrum_.singular_values(updates_[index_of(layer)],
                                  row.subspan(layout.update_sv(layer, 0), rank));
    }
}

void Lane::measure_response(const Layout& layout, std::span<double> row) {
    const Matrix p = problem_->model->response(weights_);  // out x in
    spectrum_.singular_values(p, row.subspan(layout.product_sv(0), layout.product_rank()));
    const ThinSvd& target = problem_->target_svd;
    const Matrix projected = p * target.v.leftCols(layout.modes());  // out x modes
    for (int k = 0; k < layout.modes(); ++k)
        row[layout.mode(k)] = dot(target.u.col(k), projected.col(k));
    row[layout.modes_learned()] =
        modes_learned(row.subspan(layout.mode(0), layout.modes()), target.s);
    sum_up(layout, 0, p, row);
}

void Lane::measure_facts(const Layout& layout, std::span<double> row) const {
    if (layout.facts() == 0) return;
    const auto facts = static_cast<std::size_t>(layout.facts());
    const std::span<double> losses = row.subspan(layout.fact_loss(0), facts);
    const std::span<double> probabilities = row.subspan(layout.fact_probability(0), facts);
    answer_facts(*problem_, weights_, losses, probabilities);
    const auto mean = [](std::span<const double> of, const FactRange& range) {
        const Eigen::Index count = range.end - range.begin;
        return sum(Eigen::Map<const Vector>(of.data() + range.begin, count)) /
               static_cast<double>(count);
    };
    const FactParts parts = parts_of_facts(layout.facts());
    row[layout.head_loss()] = mean(losses, parts.head);
    row[layout.middle_loss()] = mean(losses, parts.middle);
    row[layout.tail_loss()] = mean(losses, parts.tail);
    row[layout.head_probability()] = mean(probabilities, parts.head);
    row[layout.middle_probability()] = mean(probabilities, parts.middle);
    row[layout.tail_probability()] = mean(probabilities, parts.tail);
}

void Lane::measure_task(const Layout& layout, std::span<double> row) const {
    if (!layout.has_task()) return;
    const TokenScore learned = score_of(*problem_, weights_, problem_->trained_on);
    row[layout.training_loss()] = learned.loss;
    row[layout.training_accuracy()] = learned.accuracy;
    row[layout.held_out_accuracy()] = score_of(*problem_, weights_, problem_->held_out).accuracy;
}

// The inputs h of each layer are those that the newest step found: all weights as they were before
// it.
void Lane::measure_trade_off(const Layout& layout, std::span<double> row) const {
    std::vector<Matrix> before = weights_;
    for (std::size_t l = 0; l < before.size(); ++l)
        if (moved_[l]) before[l] -= updates_[l];
    const std::vector<Matrix> inputs =
        problem_->model->matrix_inputs(before, problem_->data.inputs);
    for (int layer = 1; layer <= layout.layers(); ++layer) {
        work_point();
        const std::size_t at = index_of(layer);
        if (moved_[at]) {
            if (followed_.empty() && !looked_ahead_)
                row[layout.fidelity(layer)] =
                    gradient_fidelity(-updates_[at], newest_gradient(layer));
            row[layout.preservation(layer)] = preservation(updates_[at], before[at], inputs[at]);
            measure_norm(layout, layer, before[at], row);
        }
        const Matrix& start = problem_->start[at];
        row[layout.preservation_from_start(layer)] =
            preservation(weights_[at] - start, start, inputs[at]);
    }
}

void Lane::measure_norm(const Layout& layout, int layer, const Matrix& before,
                        std::span<double> row) const {
    const Matrix& update = updates_[index_of(layer)];
    const UpdateParts parts = split_update(before, update);
    row[layout.update_along(layer)] = parts.along;
    row[layout.update_across(layer)] = parts.across;
    if (!followed_.empty()) return;
    const LayerOptimizer* optimizer = newest_optimizer(layer);
    if (!optimizer) return;
    const double rate = optimizer->newest_rate();
    row[layout.rate(layer)] = rate;
    row[layout.expected_norm(layer)] = expected_norm(optimizer->spec(), rate, norm(update));
}

// `loss`: where the newest gradients were taken, of all data; NaN: not known.
void Lane::measure_descent(const Layout& layout, double loss, std::span<double> row) const {
    if (minibatches_ || loss_of(problem_->experiment) == LossKind::cross_entropy ||
        recipe_.phases.size() <= newest_phase_ ||
        recipe_.phases[newest_phase_].objective != Objective::network || !(loss > 0))
        return;
    const double per_half_square = half_loss_rate(*problem_, 1);
    for (int layer = 1; layer <= layout.layers(); ++layer)
        if (moved_[index_of(layer)])
            row[layout.lambda_eff(layer)] =
                sum_of_squares(newest_gradient(layer)) / (2 * loss * per_half_square);
}

}  // namespace muonscope
