#include <algorithm>

#include "core/experiment/lane.h"

// A lane's state, taken and given back.
namespace muonscope {
namespace {

std::size_t bytes_of(const Matrix& matrix) {
    return sizeof(double) * static_cast<std::size_t>(matrix.size());
}

}  // namespace

Lane::State Lane::state() const {
    State state;
    state.recipe = recipe_;
    state.weights = weights_;
    state.step = step_;
    state.phase = phase_;
    state.phase_steps = phase_steps_;
    state.entered_at = entered_at_;
    for (const Training& training : trainings_) {
        State::Trained& trained = state.trained.emplace_back();
        trained.layers = training.layers;
        for (const LayerOptimizer& optimizer : training.optimizers)
            trained.optimizers.push_back(optimizer.state());
    }
    state.newest_phase = newest_phase_;
    state.followed = followed_;
    state.loss_before = loss_before_;
    state.looked_ahead = looked_ahead_;
    state.status = status_;
    state.fault = fault_;
    return state;
}

NewestMove Lane::newest_move() const {
    NewestMove newest{std::vector<Matrix>(weights_.size()), std::vector<Matrix>(weights_.size())};
    for (std::size_t at = 0; at < weights_.size(); ++at) {
        if (!moved_[at]) continue;
        newest.gradients[at] = newest_gradient(static_cast<int>(at) + 1);
        newest.updates[at] = updates_[at];
    }
    return newest;
}

// Where the phases are those that the lane has, what it works in stays.
void Lane::set_state(const State& state, const NewestMove* newest) {
    recipe_ = state.recipe;
    weights_ = state.weights;
    step_ = state.step;
    phase_ = state.phase;
    phase_steps_ = state.phase_steps;
    entered_at_ = state.entered_at;
    trainings_.resize(state.trained.size());
    for (std::size_t p = 0; p < trainings_.size(); ++p) {
        Training& training = trainings_[p];
        const State::Trained& trained = state.trained[p];
        if (training.layers != trained.layers) training = {trained.layers, {}};
        for (std::size_t i = 0; i < trained.layers.size(); ++i) {
            const int layer = trained.layers[i];
            const Matrix& weight = weights_[index_of(layer)];
            make_room(recipe_.phases[p], layer);
            if (training.optimizers.size() == i)
                training.optimizers.emplace_back(weight.rows(), weight.cols(),
                                                 trained.optimizers[i].spec);
            training.optimizers[i].set_state(trained.optimizers[i]);
        }
    }
    newest_phase_ = state.newest_phase;
    followed_ = state.followed;
    loss_before_ = state.loss_before;
    looked_ahead_ = state.looked_ahead;
    status_ = state.status;
    fault_ = state.fault;

    std::fill(moved_.begin(), moved_.end(), char{0});
    given_gradients_.clear();
    if (!newest) return;
    given_gradients_ = newest->gradients;
    for (std::size_t at = 0; at < updates_.size(); ++at) {
        if (newest->updates[at].size() == 0) continue;
        updates_[at] = newest->updates[at];
        moved_[at] = 1;
    }
}

std::size_t Lane::state_bytes() const {
    std::size_t bytes = 0;
    for (const Matrix& weight : weights_) bytes += bytes_of(weight);
    for (const Training& training : trainings_)
        for (const LayerOptimizer& optimizer : training.optimizers)
            bytes += optimizer.state_bytes();
    return bytes;
}

std::size_t Lane::newest_move_bytes() const {
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < updates_.size(); ++at)
        if (moved_[at]) bytes += 2 * bytes_of(updates_[at]);
    return bytes;
}

}  // namespace muonscope
