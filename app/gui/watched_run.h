#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope::gui {

// Weights of all lanes as a panel came to see them.
struct WatchedState {
    struct Lane {
        std::int64_t step = 0;
        std::shared_ptr<const std::vector<Matrix>> weights;

        bool operator==(const Lane&) const = default;
    };
    std::int64_t step = 0;
    std::vector<Lane> lanes;

    bool operator==(const WatchedState&) const = default;
};

// What was seen of a run, spread over all of it: where it gets too much every second state is
// forgotten, never the first or the newest. A step back forgets what was after it.
class WatchedRun {
  public:
    static constexpr std::size_t most_states = 128, most_bytes = std::size_t{64} << 20U;

    // Takes the newest state, where the snapshot has the weights of all lanes.
    void see(const Snapshot& snapshot);
    const std::vector<WatchedState>& states() const { return states_; }
    // The last one that is no newer; the first where all are. Null: nothing was seen.
    const WatchedState* at(std::int64_t step) const;

  private:
    void thin();

    std::shared_ptr<const Problem> problem_;
    std::vector<WatchedState> states_;  // ascending
    std::int64_t apart_ = 0;            // steps between two, at least, but for the newest
    std::size_t bytes_each_ = 0;
};

}  // namespace muonscope::gui
