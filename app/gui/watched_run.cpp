#include "app/gui/watched_run.h"

#include <algorithm>

namespace muonscope::gui {
namespace {

std::size_t bytes_of(const WatchedState& state) {
    std::size_t bytes = 0;
    for (const WatchedState::Lane& lane : state.lanes)
        for (const Matrix& weight : *lane.weights)
            bytes += static_cast<std::size_t>(weight.size()) * sizeof(double);
    return bytes;
}

}  // namespace

void WatchedRun::see(const Snapshot& snapshot) {
    WatchedState state;
    state.step = snapshot.step;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        if (!lane.weights) return;
        state.lanes.push_back({lane.step, lane.weights});
    }
    if (state.lanes.empty()) return;
    if (problem_ != snapshot.problem ||
        (!states_.empty() && states_.front().lanes.size() != state.lanes.size())) {
        *this = WatchedRun();
        problem_ = snapshot.problem;
    }
    if (!states_.empty() && states_.back() == state) return;
    while (!states_.empty() && states_.back().step >= state.step) states_.pop_back();
    const std::size_t count = states_.size();
    if (count > 1 && states_[count - 1].step - states_[count - 2].step < apart_) states_.pop_back();
    bytes_each_ = bytes_of(state);
    states_.push_back(std::move(state));
    thin();
}

void WatchedRun::thin() {
    const std::size_t room =
        std::clamp(most_bytes / std::max<std::size_t>(bytes_each_, 1), std::size_t{4}, most_states);
    if (states_.size() <= room) return;
    std::vector<WatchedState> kept;
    for (std::size_t i = 0; i < states_.size(); ++i)
        if (i % 2 == 0 || i + 1 == states_.size()) kept.push_back(std::move(states_[i]));
    states_ = std::move(kept);
    apart_ = 2 * (states_.back().step - states_.front().step) / static_cast<std::int64_t>(room);
}

const WatchedState* WatchedRun::at(std::int64_t step) const {
    if (states_.empty()) return nullptr;
    const auto after =
        std::upper_bound(states_.begin(), states_.end(), step,
                         [](std::int64_t at, const WatchedState& s) { return at < s.step; });
    return after == states_.begin() ? &states_.front() : &*(after - 1);
}

}  // namespace muonscope::gui
