#include "core/session/session_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/experiment/matrix_groups.h"
#include "core/session/session.h"

// A session's state, taken and given back.
namespace muonscope {
namespace {

[[noreturn]] void misfit(const std::string& what) {
    throw Error("its state", what + ", which is not that of a session with its spec",
                "use a file that Muonscope saved");
}

void hold(bool fits, std::size_t lane, const char* what) {
    if (!fits) misfit(fmt::format("{} of lane {}", what, lane + 1));
}

bool same_shape(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols();
}

bool same_shapes(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_shape);
}

// Each empty or of its layer's shape.
bool moves_fit(const NewestMove& newest, const std::vector<Matrix>& weights) {
    const auto fits = [](const Matrix& move, const Matrix& weight) {
        return move.size() == 0 || same_shape(move, weight);
    };
    const auto all_fit = [&](const std::vector<Matrix>& moves) {
        return std::equal(moves.begin(), moves.end(), weights.begin(), weights.end(), fits);
    };
    return all_fit(newest.gradients) && all_fit(newest.updates) &&
           std::equal(newest.gradients.begin(), newest.gradients.end(), newest.updates.begin(),
                      [](const Matrix& a, const Matrix& b) { return same_shape(a, b); });
}

bool fits(const LayerOptimizer::State& state, const OptimizerSpec& spec, const Matrix& weight) {
    const LayerOptimizer::State fresh = LayerOptimizer(weight.rows(), weight.cols(), spec).state();
    const bool momentum = state.momentum.size() == 0 || same_shape(state.momentum, weight);
    return momentum && same_shapes(state.own, fresh.own) && state.steps >= 0 && state.seen >= 0;
}

// What a phase has trained: nothing yet, or the layers that it trains.
bool fits(const Lane::State::Trained& trained, const Phase& phase,
          const std::vector<Matrix>& weights) {
    if (trained.optimizers.size() != trained.layers.size()) return false;
    if (trained.layers.empty()) return true;
    std::vector<int> layers;
    for (int layer = 1; layer <= static_cast<int>(weights.size()); ++layer)
        if (trains(phase, layer)) layers.push_back(layer);
    if (trained.layers != layers) return false;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (!fits(trained.optimizers[i], optimizer_of(phase, layers[i]),
                  weights[static_cast<std::size_t>(layers[i]) - 1]))
            return false;
    return true;
}

bool phases_fit(const Lane::State& lane, const Recipe& recipe) {
    const std::size_t phases = recipe.phases.size();
    if (lane.trained.size() != phases || lane.phase_steps.size() != phases) return false;
    if (lane.phase < 0 || lane.newest_phase >= phases || lane.entered_at < 0) return false;
    std::int64_t steps = 0;
    for (const std::int64_t count : lane.phase_steps) {
        if (count < 0 || count > lane.step) return false;
        steps += count;
    }
    if (steps != lane.step) return false;
    const auto phase = static_cast<std::size_t>(lane.phase);
    if (lane.status == Lane::Status::finished) return phase == phases;
    if (phase >= phases || lane.trained[phase].layers.empty()) return false;
    return (lane.status == Lane::Status::diverged) == lane.fault.has_value();
}

bool is_row(const SessionState::Row& row, std::size_t values, std::int64_t step) {
    return row.step < 0 || (row.step <= step && row.values.size() == values);
}

// Before anything is built for the spec, which may ask for far more memory than the file that holds
// it.
void check_weights(const SessionState& state) {
    if (state.lanes.size() != state.spec.lanes.size()) misfit("the number of its lanes");
    const std::vector<MatrixInfo> wanted = matrices_of(state.spec.experiment);
    for (std::size_t i = 0; i < state.lanes.size(); ++i) {
        const std::vector<Matrix>& weights = state.lanes[i].now.weights;
        hold(std::equal(weights.begin(), weights.end(), wanted.begin(), wanted.end(),
                        [](const Matrix& weight, const MatrixInfo& info) {
                            return weight.rows() == info.rows && weight.cols() == info.cols;
                        }),
             i, "the weights");
    }
}

// The spec with the edits made so far.
Spec spec_now(const SessionState& state) {
    if (state.applied > state.log.size() || state.marked < state.applied ||
        state.marked > state.log.size())
        misfit("the count of its edits");
    Spec spec = state.spec;
    std::int64_t previous = 0;
    for (std::size_t i = 0; i < state.log.size(); ++i) {
        const std::int64_t step = state.log[i].step;
        if (step < previous || (i < state.applied && step > state.step))
            misfit("the order of its edits");
        previous = step;
        if (i < state.applied) spec = edited(spec, state.log[i].edit);
    }
    return spec;
}

}  // namespace

SessionState Session::state() const {
    SessionState state;
    state.spec = *initial_spec_;
    state.log = log_;
    state.applied = applied_;
    state.marked = marked_;
    state.step = step_;
    state.events = *events_;
    state.last_mark = last_mark_;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        SessionState::LaneState& lane = state.lanes.emplace_back();
        lane.now = lanes_[i].state();
        lane.newest = lanes_[i].newest_move();
        lane.history = histories_[i].rows();
        lane.hash = lanes_[i].state_hash();
        if (newest_[i].step >= 0) lane.measured = {newest_[i].step, newest_[i].values};
        if (sound_[i].step >= 0) {
            lane.sound = {sound_[i].step, sound_[i].row};
            lane.sound_weights = *sound_[i].weights;
        }
        if (i >= losses_.size() || losses_[i].step < 0) continue;
        const Losses& seen = losses_[i];
        lane.looked = {seen.step, {seen.loss, seen.relative_error, seen.error_left}};
    }
    return state;
}

Session Session::resumed(const SessionState& state) {
    if (state.step < 0) misfit("its step");
    Spec now = spec_now(state);
    check_weights(state);
    Session session(state.spec);
    session.log_ = state.log;
    session.applied_ = state.applied;
    session.marked_ = state.marked;
    session.step_ = state.step;
    session.spec_ = std::make_shared<const Spec>(std::move(now));
    session.events_ = std::make_shared<const std::vector<Event>>(state.events);
    session.last_mark_ = state.last_mark;
    for (std::size_t i = 0; i < state.lanes.size(); ++i) session.take_lane(i, state);
    if (state.step > 0 && !session.ended()) session.offer_keyframe();
    return session;
}

void Session::take_lane(std::size_t index, const SessionState& state) {
    const SessionState::LaneState& from = state.lanes[index];
    const Recipe& recipe = spec_->lanes[index];
    Lane::State now = from.now;
    const auto check = [index](bool fits, const char* what) { hold(fits, index, what); };
    const bool training = now.status == Lane::Status::training;
    check(now.step >= 0 && (training ? now.step == state.step : now.step <= state.step),
          "the step");
    check(phases_fit(now, recipe), "the phases");
    for (std::size_t p = 0; p < now.trained.size(); ++p) {
        check(fits(now.trained[p], recipe.phases[p], now.weights), "an optimiser");
        Lane::State::Trained& trained = now.trained[p];
        for (std::size_t i = 0; i < trained.layers.size(); ++i)
            trained.optimizers[i].spec = optimizer_of(recipe.phases[p], trained.layers[i]);
    }
    check(moves_fit(from.newest, now.weights), "the newest step");
    check(now.followed.now().size() == layout_.followed() && now.followed.row() <= now.step,
          "what was followed");
    check(is_row(from.measured, layout_.channels(), now.step), "the newest row");
    check(is_row(from.sound, layout_.channels(), now.step), "the last sound row");
    check(from.sound.step < 0 || same_shapes(from.sound_weights, now.weights),
          "the last sound weights");
    check(is_row(from.looked, 3, now.step), "the newest losses");

    now.recipe = recipe;
    lanes_[index].set_state(now, &from.newest);
    check(lanes_[index].state_hash() == from.hash, "the hash");
    histories_[index].set_rows(from.history, now.step);
    newest_[index] = {from.measured.step, from.measured.values};
    sound_[index] = {};
    if (from.sound.step >= 0)
        sound_[index] = {from.sound.step, from.sound.values,
                         std::make_shared<const std::vector<Matrix>>(from.sound_weights)};
    losses_[index] = {};
    if (from.looked.step >= 0)
        losses_[index] = {from.looked.step, from.looked.values[0], from.looked.values[1],
                          from.looked.values[2]};
}

}  // namespace muonscope
