#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/layout.h"
#include "core/experiment/newest_move.h"
#include "core/experiment/problem.h"
#include "core/experiment/spec.h"
#include "core/session/history.h"
#include "core/session/returns.h"

namespace muonscope {

enum class TrainerState { idle, running, paused, stopping, finished, diverged, error };

struct Divergence {
    std::int64_t step = 0;
    int layer = 0;     // 1-based; 0: the loss itself
    std::string what;  // "gradient is not finite"
};

struct Event {
    std::int64_t step = 0;
    int lane = -1;     // -1: all
    std::string text;  // "Muon -> SGD"
};

struct LaneSnapshot {
    std::string name;
    std::int64_t step = 0;
    int phase = 0;                          // index; number of phases when all have ended
    std::vector<std::int64_t> phase_steps;  // steps spent in each phase
    bool finished = false;
    std::optional<Divergence> divergence;
    // W_1 ... W_L, at `step`. None while training goes on and nobody looks at them.
    std::shared_ptr<const std::vector<Matrix>> weights;
    // The step that led to `step`, and what takes the next. None while training goes on and nobody
    // looks at it, and none of a lane that is lost.
    std::shared_ptr<const SeenMove> move;
    std::vector<double> now;  // the newest measured row (see Layout); empty before the first
    std::int64_t now_step = 0;
    // Where it is newer than the history's last: of the followed channels, smallest and largest
    // over the steps since that one; else empty. low > high: not known.
    std::vector<double> now_low, now_high;
    // The last step whose numbers axes and shared scales should look at: every step, unless the
    // lane has diverged or is about to (see Session::snapshot). In a snapshot that shows what is
    // sound, `weights`, `now` and `now_step` are those of that step then.
    static constexpr std::int64_t every_step = std::numeric_limits<std::int64_t>::max();
    std::int64_t sound_step = every_step;
    bool lost() const { return sound_step < step; }
    HistoryView history;
    // Of the bits at `step`; not while training goes on, for it costs as much as a small step.
    std::optional<std::uint64_t> state_hash;
};

// "SGD diverged at step 31 in layer 2: update is not finite"; empty: it did not.
std::string divergence_text(const LaneSnapshot& lane, const Layout& layout);

// What the trainer is making while the picture of before stands.
struct Building {
    std::shared_ptr<const Spec> spec;  // what will be shown
    std::string what;                  // "weights of layer 3 of 16"
    double done = 0;                   // share of it, 0 to 1
};

// What Undo and Redo would do, and when it was done or taken back; empty: nothing.
struct TakingBack {
    std::string undo, redo;  // "Muon: learning rate 0.02 → 0.1"
    std::chrono::steady_clock::time_point undo_at{}, redo_at{};
};

// What the window draws. Immutable; replaced as a whole. Before the first problem is built there is
// none: `problem` is null and there are no lanes.
struct Snapshot {
    std::uint64_t serial = 0;
    std::uint64_t commands = 0;  // how many of those sent have done here what they could
    TrainerState state = TrainerState::idle;
    std::string message;  // why: an error, a refused command
    std::optional<Building> building;
    std::string pending;  // "pausing": asked for, and done at the end of the step under way
    std::int64_t step = 0;
    // In a picture of the run's past the step that lanes' names, weights, moves and newest rows are
    // of; all else is of `step`. -1: it is of now.
    std::int64_t past = -1;
    TakingBack taking_back;
    Returns returns;                             // of the runs with this problem
    double wanted_speed = 0, reached_speed = 0;  // steps a second; wanted 0: as fast as possible
    std::shared_ptr<const Spec> spec;            // as edited so far
    std::shared_ptr<const Problem> problem;
    Layout layout;
    std::vector<LaneSnapshot> lanes;
    std::shared_ptr<const std::vector<Event>> events;

    std::int64_t seen_step() const { return past >= 0 ? past : step; }
    bool can_start() const { return state == TrainerState::idle || state == TrainerState::paused; }
    bool can_pause() const { return state == TrainerState::running; }
    bool can_step() const { return can_start(); }
    bool can_reset() const { return state != TrainerState::stopping; }
};

}  // namespace muonscope
