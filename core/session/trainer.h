#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <string>

#include "core/session/command.h"
#include "core/session/snapshot.h"
#include "core/session/workplace.h"

namespace muonscope {

class Session;

struct TrainerOptions {
    int workers = 0;  // 0: as many as lanes or cores - 1, whichever is fewer, at least 1
    // Called from where training is done after each new snapshot; must return at once.
    std::function<void()> on_snapshot;
    double snapshots_per_second = 60;
    // How long the constructor waits for the first problem. What takes longer is built beside, and
    // the first snapshot has no lanes.
    double patience = std::numeric_limits<double>::infinity();  // seconds
    // Where training is done; outlives the trainer. Null: on a thread of its own.
    Workplace* workplace = nullptr;
};

// Owns a session and trains it beside whoever made it, in slices: what was asked for, then a
// stretch of a few milliseconds, then a snapshot when it is time for one. Building a problem, a
// measure and one step of a large net last as long as they take, within one slice.
//
// Every method may be called from any thread. At a workplace without threads it trains in
// Workplace::work() alone, and methods that wait do the slices that they wait for; there is then
// but one worker.
//
//   Start      idle, paused -> running
//   Pause      running -> paused (stopping until the stretch under way has ended)
//   StepOnce, RunTo   any state that can step -> running unpaced -> paused
//   Reset, SetSpec    any -> step 0; running again when it had been started, else idle
//   the run itself    running -> error, or once no lane goes on -> finished, or diverged where one
//                     did; Reset, SetSpec, going back and edits that give a lane more to do lead
//                     out. A lane that diverges while another trains changes nothing here.
//   LowerRate         of a lane that has diverged: -> running unpaced up to the present step, then
//                     as before
//   a command that fails leaves state and session as they were; its message is in the snapshot
//
// RunTo an earlier step, LowerRate and OpenSession lead up again over steps whose edits are known.
// What is sent on that way waits, in its order, until it has arrived, and acts at the step that was
// asked for. At once act Pause, which calls the way off (what waits is then done where it stands),
// speeds, which change no step, SetSpec and OpenSession, with which goes all that waits for the
// session before, and another RunTo as long as nothing waits. On the way to a step that is new
// everything acts at once, as on any run.
class Trainer {
  public:
    // Throws Error for a bad spec, unless that shows only after `patience`: then the state is
    // error; throws std::system_error when it is to have a thread of its own and none is to be
    // had. A snapshot is there on return, idle at step 0.
    explicit Trainer(Spec spec, TrainerOptions options = {});
    ~Trainer();  // calls off what is under way, at the next point where that is possible
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    // Never blocks on training. How many were sent with this one: what it does is seen in snapshots
    // whose `commands` is no smaller.
    std::uint64_t send(Command command);
    std::shared_ptr<const Snapshot> snapshot() const;
    // Whether snapshots made while it runs hold weights, whose copies cost a large net much; they
    // do until told otherwise. Those made when it has stopped always do.
    void show_weights(bool shown);
    // Likewise the newest step's gradients and updates; they do not until told to.
    void show_moves(bool shown);
    // Spec + log of edits: replayed, it gives the same bits.
    SessionFile saved() const;
    // The same, ready when the step under way has ended: for whoever must not wait.
    std::future<SessionFile> saving() const;
    // A copy of the run, ready when the step under way has ended; null where there is none. For
    // whoever looks at its past (past.h) while it goes on.
    std::future<std::shared_ptr<const Session>> copying() const;
    // Waits until every command sent before this call has been applied and shown in a snapshot;
    // StepOnce and RunTo count as applied when their steps are done (or they were called off).
    void drain();
    bool drain(double seconds);  // at most so long; whether it came to that
    // Calls off what is under way and ends training; whether it has ended within so many seconds.
    // Only destruction may follow.
    bool stop(double seconds);

  private:
    struct State;
    std::shared_ptr<State> state_;
    std::unique_ptr<Workplace> own_;  // where none is given; gone before the state
};

}  // namespace muonscope
