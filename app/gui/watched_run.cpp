#include "app/gui/watched_run.h"

#include <algorithm>
#include <utility>

#include "app/gui/current_phase.h"

namespace muonscope::gui {
namespace {

std::size_t bytes_of(const Matrix& matrix) {
    return static_cast<std::size_t>(matrix.size()) * sizeof(double);
}

std::size_t bytes_of(const std::vector<Matrix>& matrices) {
    std::size_t bytes = 0;
    for (const Matrix& matrix : matrices) bytes += bytes_of(matrix);
    return bytes;
}

std::size_t bytes_of(const SeenMove::Held& held) {
    return held ? bytes_of(held->momentum) + bytes_of(held->own) : 0;
}

std::size_t bytes_of(const SeenMove& move) {
    std::size_t bytes = bytes_of(move.gradients) + bytes_of(move.updates);
    for (const SeenMove::Held& held : move.optimizers) bytes += bytes_of(held);
    for (std::size_t at = 0; at < move.next.size(); ++at)
        if (move.next[at] != move.optimizers[at]) bytes += bytes_of(move.next[at]);
    return bytes;
}

// before: the same lane's in the state before; null: there is none.
std::size_t bytes_of(const WatchedState::Lane& lane, const WatchedState::Lane* before) {
    std::size_t bytes = 0;
    if (before == nullptr || before->weights != lane.weights) bytes += bytes_of(*lane.weights);
    if (lane.move && (before == nullptr || before->move != lane.move))
        bytes += bytes_of(*lane.move);
    return bytes;
}

std::size_t bytes_of(const WatchedState& state) {
    std::size_t bytes = 0;
    for (const WatchedState::Lane& lane : state.lanes) bytes += bytes_of(lane, nullptr);
    return bytes;
}

WatchedState::Lane lane_of(const LaneSnapshot& lane) {
    return {lane.name,   lane.lost() ? lane.now_step : lane.step,
            lane.lost(), lane.weights,
            lane.move,   next_phase(lane)};
}

}  // namespace

WatchedState watched_state(const Snapshot& snapshot) {
    WatchedState state;
    state.step = snapshot.step;
    state.spec = snapshot.spec;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        if (!lane.weights) return {};
        state.lanes.push_back(lane_of(lane));
    }
    return state;
}

void WatchedRun::see(const Snapshot& snapshot) {
    forget_stale(snapshot);
    if (snapshot.past >= 0) return;  // it is not of its step
    WatchedState state = watched_state(snapshot);
    if (state.lanes.empty()) return;
    if (!states_.empty() && states_.back().step == state.step) {
        // The step that led here does not change because nobody looks at it any more.
        for (std::size_t l = 0; l < state.lanes.size(); ++l)
            if (!state.lanes[l].move && state.lanes[l].step == states_.back().lanes[l].step)
                state.lanes[l].move = states_.back().lanes[l].move;
        states_.back() = std::move(state);
        return;
    }
    const std::size_t count = states_.size();
    if (count > 1 && states_[count - 1].step - states_[count - 2].step < apart_) states_.pop_back();
    states_.push_back(std::move(state));
    thin();
}

void WatchedRun::forget_stale(const Snapshot& snapshot) {
    if (problem_ != snapshot.problem ||
        (!states_.empty() && states_.front().lanes.size() != snapshot.lanes.size())) {
        *this = WatchedRun();
        problem_ = snapshot.problem;
    } else {
        forget_after(std::min(snapshot.returns.standing(returns_), snapshot.step));
    }
    returns_ = snapshot.returns.count();
}

void WatchedRun::forget_after(std::int64_t step) {
    if (past_ && past_->step > step) past_.reset();
    if (states_.empty() || states_.back().step <= step) return;
    while (!states_.empty() && states_.back().step > step) states_.pop_back();
    set_apart();
}

void WatchedRun::thin() {
    while (states_.size() > most_states || over_bytes()) {
        const std::size_t newest = states_.size() - 1;
        room_ = newest;
        std::vector<WatchedState> kept;
        for (std::size_t i = 0; i <= newest; ++i)
            if (i % 2 == 0 || i == newest) kept.push_back(states_[i]);
        if (kept.size() > newest)  // of two or three the first has to go
            kept.erase(kept.begin());
        states_ = std::move(kept);
        set_apart();
    }
}

bool WatchedRun::over_bytes() const {
    return states_.size() > 1 && bytes() > most_bytes + bytes_of(states_.back());
}

void WatchedRun::set_apart() {
    apart_ = states_.empty() ? 0
                             : 2 * (states_.back().step - states_.front().step) /
                                   static_cast<std::int64_t>(std::max<std::size_t>(room_, 1));
}

const WatchedState* WatchedRun::at(std::int64_t step) const {
    if (states_.empty()) return nullptr;
    const auto after =
        std::upper_bound(states_.begin(), states_.end(), step,
                         [](std::int64_t at, const WatchedState& s) { return at < s.step; });
    return after == states_.begin() ? &states_.front() : &*(after - 1);
}

std::size_t WatchedRun::bytes() const {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < states_.size(); ++i)
        for (std::size_t l = 0; l < states_[i].lanes.size(); ++l)
            bytes += bytes_of(states_[i].lanes[l], i > 0 ? &states_[i - 1].lanes[l] : nullptr);
    return bytes;
}

}  // namespace muonscope::gui
