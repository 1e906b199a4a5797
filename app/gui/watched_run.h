#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope::gui {

// All lanes as panels came to see them.
struct WatchedState {
    struct Lane {
        std::string name;  // then: a swap changes it
        std::int64_t step =
            0;  // that the weights are of: of a lane that is lost its last sound one
        bool lost = false;
        std::shared_ptr<const std::vector<Matrix>> weights;
        std::shared_ptr<const SeenMove> move;  // null: nobody looked at steps
        int phase = 0;  // of the recipe then: it takes the next step, as far as that is known

        bool operator==(const Lane&) const = default;
    };
    std::int64_t step = 0;
    std::shared_ptr<const Spec> spec;  // as it was edited when that was seen last
    std::vector<Lane> lanes;

    bool operator==(const WatchedState&) const = default;
};

// Without lanes where the snapshot lacks weights of one.
WatchedState watched_state(const Snapshot& snapshot);

// What was seen of a run, spread over all of it: where it gets too much every second state is
// forgotten, never the first or the newest. What is of a run that is no more (another problem, or
// what lay after a step that the run was led back to) is forgotten too.
class WatchedRun {
  public:
    // most_bytes: of all states but the newest, which the snapshot holds as well.
    static constexpr std::size_t most_states = 128, most_bytes = std::size_t{64} << 20U;

    // Takes the newest state, where the snapshot has the weights of all lanes; copies nothing.
    void see(const Snapshot& snapshot);
    // Forgets what is not of this snapshot's run.
    void forget_stale(const Snapshot& snapshot);
    const std::vector<WatchedState>& states() const { return states_; }
    // The last one that is no newer; the first where all are. Null: nothing was seen.
    const WatchedState* at(std::int64_t step) const;
    // Of the matrices of all states; what two neighbours share counts once.
    std::size_t bytes() const;

    // A state of the run, which need not have been seen, is looked at from now on, whatever comes.
    void look_at(WatchedState past) { past_ = std::move(past); }
    void follow_newest() { past_.reset(); }
    // What is looked at where that is not the newest, or null.
    const WatchedState* past() const { return past_ ? &*past_ : nullptr; }

  private:
    void forget_after(std::int64_t step);
    void thin();
    bool over_bytes() const;  // and something may go
    void set_apart();

    std::shared_ptr<const Problem> problem_;
    std::int64_t returns_ = 0;          // see Returns
    std::vector<WatchedState> states_;  // ascending
    std::optional<WatchedState> past_;  // none: the newest is looked at
    std::int64_t apart_ = 0;            // steps between two, at least, but for the newest
    std::size_t room_ = most_states;    // states, as it was found
};

}  // namespace muonscope::gui
