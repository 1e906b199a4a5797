#include "core/experiment/lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/experiment/loss_scale.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/reductions.h"
#include "core/measure/preservation.h"
#include "core/measure/spectrum_measures.h"
#include "core/optim/expected_norm.h"
#include "core/optim/weight_decay.h"

namespace muonscope {
namespace {

// The root of a sum of squares; where that has overflowed or vanished, with care.
double norm_of(double square, const Matrix& matrix) {
    return square > 1e-280 && square < 1e300 ? std::sqrt(square) : norm(matrix);
}

// FNV-1a takes bytes; words are eight times as fast, and the fold carries high bits down, which
// the multiplication alone never does.
class Fnv {
  public:
    void add(std::uint64_t word) {
        hash_ = (hash_ ^ word) * 0x100000001b3ULL;
        hash_ ^= hash_ >> 29;
    }
    void add(const Matrix& matrix) {
        const double* values = matrix.data();
        for (Eigen::Index i = 0; i < matrix.size(); ++i)
            add(std::bit_cast<std::uint64_t>(values[i]));
    }
    std::uint64_t hash() const { return hash_; }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// The largest side of anything that is decomposed.
Eigen::Index widest(const Model& model) {
    Eigen::Index widest = std::max(model.inputs(), model.outputs());
    for (const MatrixInfo& matrix : model.matrices())
        widest = std::max({widest, matrix.rows, matrix.cols});
    return widest;
}

bool reached(const Until& until, const Backpropagation::Errors& errors) {
    return (until.loss && errors.loss <= *until.loss) ||
           (until.relative_error && errors.relative_error <= *until.relative_error);
}

std::optional<Minibatches> minibatches_of(const Problem& problem) {
    const Experiment& experiment = problem.experiment;
    const DataSpec& data = experiment.data;
    if (problem.task || !has_minibatches(experiment)) return std::nullopt;
    if (data.kind == DataKind::associations)
        return Minibatches(experiment.seed, problem.data.weights, data.batch);
    return Minibatches(experiment.seed, data.samples, data.batch);
}

}  // namespace

bool same_phases(const Recipe& a, const Recipe& b, int depth) {
    if (a.phases.size() != b.phases.size() || a.repeats != b.repeats) return false;
    for (std::size_t i = 0; i < a.phases.size(); ++i) {
        if (a.phases[i].objective != b.phases[i].objective) return false;
        for (int layer = 1; layer <= depth; ++layer)
            if (trains(a.phases[i], layer) != trains(b.phases[i], layer)) return false;
    }
    return true;
}

bool switches(const OptimizerSpec& before, const OptimizerSpec& after) {
    return before.kind != after.kind || (rule_of(after.kind).uses.momentum_form &&
                                         before.momentum_style != after.momentum_style);
}

bool sees_all_data(const Experiment& experiment, const Recipe& recipe) {
    return !has_minibatches(experiment) &&
           std::all_of(recipe.phases.begin(), recipe.phases.end(),
                       [](const Phase& phase) { return phase.objective == Objective::network; });
}

Lane::Lane(std::shared_ptr<const Problem> problem, Recipe recipe)
    : problem_(std::move(problem)),
      recipe_(std::move(recipe)),
      weights_(problem_->start),
      phase_steps_(recipe_.phases.size(), 0),
      trainings_(recipe_.phases.size()),
      backpropagation_(backpropagation_of(problem_)),
      minibatches_(minibatches_of(*problem_)),
      probe_(problem_),
      spectrum_(widest(*problem_->model), widest(*problem_->model)),
      layer_gradients_(weights_.size()),
      updates_(weights_.size()),
      moved_(weights_.size(), 0) {
    if (recipe_.phases.empty())
        throw Error("lane " + recipe_.name, "a recipe without a phase", "give it at least one");
    enter_phase(0);
}

void Lane::enter_phase(int phase) {
    phase_ = phase;
    const std::size_t index = phase;
    if (!recipe_.repeats)
        for (std::size_t i = 0; i < trainings_.size(); ++i)
            if (i != index) trainings_[i] = {};
    if (index == recipe_.phases.size()) {
        status_ = Status::finished;
        return;
    }
    entered_at_ = recipe_.repeats ? phase_steps_[index] : 0;
    if (!training().layers.empty()) return;
    const Phase& current = recipe_.phases[index];
    for (int layer = 1; layer <= static_cast<int>(weights_.size()); ++layer) {
        if (!trains(current, layer)) continue;
        const Matrix& weight = weights_[index_of(layer)];
        training().layers.push_back(layer);
        training().optimizers.emplace_back(weight.rows(), weight.cols(),
                                           optimizer_of(current, layer));
        make_room(current, layer);
    }
}

void Lane::make_room(const Phase& phase, int layer) {
    const Matrix& weight = weights_[index_of(layer)];
    updates_[index_of(layer)].resize(weight.rows(), weight.cols());
    if (phase.objective == Objective::layer_target)
        layer_gradients_[index_of(layer)].resize(weight.rows(), weight.cols());
}

void Lane::enter_next_phase() {
    const int next = phase_ + 1;
    const bool again = recipe_.repeats && next == static_cast<int>(recipe_.phases.size());
    enter_phase(again ? 0 : next);
}

bool Lane::find_phase() {
    // Where every phase has ended at once, repeating them would never end.
    std::size_t passed_over = 0;
    while (status_ == Status::training) {
        const std::size_t index = phase_;
        const Until& until = recipe_.phases[index].until;
        if (!until.steps || phase_steps_[index] - entered_at_ < *until.steps) {
            const double loss = gradients();
            looked_ahead_ = true;
            if (!followed_.empty()) follow_pass(loss);
            for (int layer : training().layers)
                if (!gradient_finite(layer))
                    return diverge(layer, "gradient is not finite") == Status::training;
            if (!std::isfinite(loss)) return diverge(0, "loss is not finite") == Status::training;
            const bool ended =
                (recipe_.until.steps && step_ >= *recipe_.until.steps) || met(recipe_.until, loss);
            if (!ended && !met(until, loss)) return true;
            if (phase_steps_[index] == entered_at_) ++passed_over;
            if (ended || passed_over == recipe_.phases.size()) {
                enter_phase(static_cast<int>(recipe_.phases.size()));
                break;
            }
        }
        enter_next_phase();
    }
    return false;
}

Lane::Status Lane::advance() {
    const bool stepping = find_phase();
    if (!followed_.empty() && status_ != Status::diverged) followed_.complete(step_);
    if (!stepping) return status_;

    // All updates first: when one is not finite, no layer has moved.
    const std::vector<int>& layers = training().layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        work_point();
        const int layer = layers[i];
        Matrix& update = updates_[index_of(layer)];
        training().optimizers[i].update(gradient(layer), weights_[index_of(layer)], update);
        if (!update_finite(layer)) return diverge(layer, "update is not finite");
    }
    std::fill(moved_.begin(), moved_.end(), char{0});
    for (int layer : layers) {
        Matrix& weight = weights_[index_of(layer)];
        kernels().add(updates_[index_of(layer)].data(), weight.data(), weight.size());
        moved_[index_of(layer)] = 1;
    }
    looked_ahead_ = false;
    newest_phase_ = static_cast<std::size_t>(phase_);
    ++phase_steps_[phase_];
    ++step_;
    if (!followed_.empty()) follow_update();
    return status_;
}

// The squares that are summed for the followed channels tell it too.
bool Lane::gradient_finite(int layer) {
    if (followed_.empty()) return are_finite(gradient(layer));
    const double square = sum_of_squares(gradient(layer));
    gradient_squares_[index_of(layer)] = square;
    return std::isfinite(square) || are_finite(gradient(layer));
}

bool Lane::update_finite(int layer) {
    const Matrix& weight = weights_[index_of(layer)];
    const Matrix& update = updates_[index_of(layer)];
    if (followed_.empty()) return sums_are_finite(weight, update);
    StepSums& sums = step_sums_[index_of(layer)];
    sums = step_sums(weight, update, gradient(layer));
    return std::isfinite(sums.moved_square) || sums_are_finite(weight, update);
}

void Lane::follow(const Layout& layout) {
    layout_ = layout;
    followed_ = Followed(layout.followed());
    followed_.begin_after(step_);
    gradient_squares_.assign(weights_.size(), 0);
    step_sums_.assign(weights_.size(), {});
    loss_before_ = not_measured;
    for (int layer = 1; layer <= layout.layers(); ++layer)
        followed_.now()[layout.weight_norm(layer)] = norm(weights_[index_of(layer)]);
}

void Lane::follow_pass(double loss) {
    const Phase& phase = recipe_.phases[phase_];
    if (has_minibatches(problem_->experiment) || phase.objective != Objective::network) return;
    const std::span<double> now = followed_.now();
    now[layout_.loss()] = loss;
    now[layout_.relative_error()] = backpropagation_->relative_error();
    now[layout_.error_left()] = error_left(loss);
}

double Lane::error_left(double loss) const {
    // What a cross-entropy falls towards is no residual.
    if (loss_of(problem_->experiment) == LossKind::cross_entropy) return not_measured;
    return loss_before_ > 0 ? std::sqrt(loss / loss_before_) : not_measured;
}

void Lane::follow_update() {
    const std::span<double> now = followed_.now();
    loss_before_ = now[layout_.loss()];
    for (const std::size_t channel :
         {layout_.loss(), layout_.relative_error(), layout_.error_left()})
        now[channel] = not_measured;
    for (int layer = 1; layer <= layout_.layers(); ++layer) {
        const std::size_t at = index_of(layer);
        double fidelity = not_measured, rate = not_measured, expected = not_measured;
        if (moved_[at]) {
            const Matrix& update = updates_[at];
            const StepSums& sums = step_sums_[at];
            const double length = norm_of(sums.update_square, update);
            const double norms = length * norm_of(gradient_squares_[at], newest_gradient(layer));
            fidelity = norms == 0 ? 0 : -sums.update_gradient / norms;
            now[layout_.weight_norm(layer)] = norm_of(sums.moved_square, weights_[at]);
            if (const LayerOptimizer* optimizer = newest_optimizer(layer)) {
                rate = optimizer->newest_rate();
                expected = expected_norm(optimizer->spec(), rate, length);
            }
        }
        now[layout_.fidelity(layer)] = fidelity;
        now[layout_.rate(layer)] = rate;
        now[layout_.expected_norm(layer)] = expected;
    }
}

double Lane::gradients() {
    given_gradients_.clear();
    if (recipe_.phases[phase_].objective == Objective::layer_target)
        return layer_target_gradients();
    if (minibatches_) backpropagation_->use_columns(minibatches_->columns(step_));
    if (problem_->task) {
        problem_->task->draw(problem_->experiment.task.batch, static_cast<std::uint64_t>(step_),
                             TokenPart::training, drawn_);
        backpropagation_->use_tokens(drawn_.tokens);
    }
    return backpropagation_->gradients(weights_, training().layers);
}

// Sum over the phase's layers of 1/2 |W_l - W_l*|^2, or of |W_l - W_l*|^2 / |A|^2.
double Lane::layer_target_gradients() {
    const double scale = layer_target_scale(*problem_);
    double loss = 0;
    for (int layer : training().layers) {
        Matrix& result = layer_gradients_[index_of(layer)];
        result.noalias() = weights_[index_of(layer)] - problem_->layer_targets[index_of(layer)];
        loss += 0.5 * scale * sum_of_squares(result);
        result *= scale;
    }
    return loss;
}

const Matrix& Lane::gradient(int layer) const {
    const Phase& phase = recipe_.phases[phase_];
    return phase.objective == Objective::layer_target ? layer_gradients_[index_of(layer)]
                                                      : backpropagation_->gradient(layer);
}

const Matrix& Lane::newest_gradient(int layer) const {
    if (!given_gradients_.empty()) return given_gradients_[index_of(layer)];
    return recipe_.phases[newest_phase_].objective == Objective::layer_target
               ? layer_gradients_[index_of(layer)]
               : backpropagation_->gradient(layer);
}

Lane::Move Lane::newest_move(int layer) const {
    if (!moved_[index_of(layer)]) return {};
    const LayerOptimizer* optimizer = newest_optimizer(layer);
    if (optimizer != nullptr && optimizer->turned_since_its_step()) optimizer = nullptr;
    return {looked_ahead_ ? nullptr : &newest_gradient(layer), &updates_[index_of(layer)],
            optimizer};
}

const LayerOptimizer* Lane::newest_optimizer(int layer) const {
    return optimizer_in(trainings_[newest_phase_], layer);
}

const LayerOptimizer* Lane::optimizer_in(int phase, int layer) const {
    const std::size_t index = phase;
    return optimizer_in(trainings_[std::min(index, trainings_.size() - 1)], layer);
}

int Lane::next_phase() {
    std::optional<Backpropagation::Errors> known;
    const auto ends = [&](const Until& until) {
        if (!until.loss && !until.relative_error) return false;
        if (!known) known = errors();
        return reached(until, *known);
    };
    const auto last = static_cast<int>(recipe_.phases.size()) - 1;
    const Until& of_all = recipe_.until;
    if (status_ != Status::training || (of_all.steps && step_ >= *of_all.steps) || ends(of_all))
        return phase_;
    int phase = phase_;
    std::int64_t entered_at = entered_at_;
    for (int passed_over = 0; passed_over <= last + 1; ++passed_over) {
        const Until& until = recipe_.phases[static_cast<std::size_t>(phase)].until;
        const bool over =
            until.steps &&
            phase_steps_[static_cast<std::size_t>(phase)] - entered_at >= *until.steps;
        if (!over && !ends(until)) return phase;
        if (phase == last && !recipe_.repeats) break;
        phase = phase == last ? 0 : phase + 1;
        entered_at = recipe_.repeats ? phase_steps_[static_cast<std::size_t>(phase)] : 0;
    }
    return phase_;
}

const LayerOptimizer* Lane::optimizer_in(const Training& training, int layer) {
    const auto found = std::find(training.layers.begin(), training.layers.end(), layer);
    if (found == training.layers.end()) return nullptr;
    return &training.optimizers[found - training.layers.begin()];
}

bool Lane::met(const Until& until, double loss) {
    if (!until.loss && !until.relative_error) return false;
    Backpropagation::Errors errors{loss, backpropagation_->relative_error()};
    // The pass just made answers for the network only when it saw all of it.
    const Phase& phase = recipe_.phases[phase_];
    if (phase.objective == Objective::layer_target || minibatches_)
        errors = backpropagation_->errors(weights_);
    return reached(until, errors);
}

Lane::Status Lane::diverge(int layer, std::string what) {
    fault_ = Fault{step_, layer, std::move(what)};
    return status_ = Status::diverged;
}

std::vector<MomentumFate> Lane::set_recipe(const Recipe& recipe, bool keep_momentum) {
    if (!same_phases(recipe, recipe_, static_cast<int>(weights_.size())))
        throw Error("lane " + recipe_.name, "other phases cannot be taken up while training",
                    "start over with them");

    std::vector<MomentumFate> fates(weights_.size(), MomentumFate::none);
    if (recipe == recipe_) return fates;
    const bool was_finished = status_ == Status::finished;
    recipe_ = recipe;
    for (std::size_t p = 0; p < trainings_.size(); ++p) {
        Training& training = trainings_[p];
        for (std::size_t i = 0; i < training.layers.size(); ++i) {
            const OptimizerSpec& wanted = optimizer_of(recipe_.phases[p], training.layers[i]);
            const OptimizerSpec& current = training.optimizers[i].spec();
            if (wanted == current) continue;
            MomentumFate& fate = fates[index_of(training.layers[i])];
            fate = std::max(fate, training.optimizers[i].reconfigure(
                                      wanted, keep_momentum || !switches(current, wanted)));
        }
    }
    if (was_finished) {
        status_ = Status::training;
        enter_phase(static_cast<int>(recipe_.phases.size()) - 1);
        find_phase();
    }
    return fates;
}

std::uint64_t Lane::state_hash() const {
    Fnv fnv;
    fnv.add(static_cast<std::uint64_t>(step_));
    fnv.add(static_cast<std::uint64_t>(phase_));
    for (const Matrix& weight : weights_) fnv.add(weight);
    for (const Training& training : trainings_)
        for (const LayerOptimizer& optimizer : training.optimizers)
            optimizer.visit_state([&](auto word) { fnv.add(std::bit_cast<std::uint64_t>(word)); },
                                  [&](const Matrix& buffer) { fnv.add(buffer); });
    return fnv.hash();
}

}  // namespace muonscope
