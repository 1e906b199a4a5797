#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/experiment/lane.h"
#include "core/session/command.h"
#include "core/session/edit.h"
#include "core/session/history.h"
#include "core/session/keyframes.h"
#include "core/session/returns.h"
#include "core/session/session_file.h"
#include "core/session/snapshot.h"
#include "core/session/worker_pool.h"

namespace muonscope {

struct SessionState;

// channel <= value; a NaN meets nothing.
struct Bound {
    std::size_t channel = 0;
    double value = 0;
    bool met(double x) const { return x <= value; }
};

// Lanes, their histories, events and the log of edits; no thread and no clock of its own. What the
// command line runs directly and the trainer drives. A copy goes its own way from where it is.
//
// The log holds every edit since step 0. After going back its later part is still to come: edits
// wait there and are applied again as the lanes pass their steps. Replaying a file is the same
// thing with a log that was read.
class Session {
  public:
    explicit Session(Spec spec);  // throws Error
    // The spec of a file at step 0, its edits still to come; throws Error.
    explicit Session(const SessionFile& file);

    const Spec& spec() const { return *spec_; }  // as edited
    std::int64_t step() const { return step_; }
    bool finished() const;  // every lane has ended its last phase
    bool diverged() const;  // some lane has
    bool ended() const;     // no lane goes on: each has finished or diverged

    // Advances every lane to `step` (or its end), recording the samples that fall due. A lane that
    // diverges ends there alone; the step is that of the lanes that go on.
    void advance_to(std::int64_t step, WorkerPool& pool);
    // The same, but stops at the first step before `step` at which every lane's channels meet all
    // bounds, and is true then; a lane that has ended counts with its last. Every step is looked
    // at, wherever rows are recorded: followed channels as they come, others are measured at each.
    bool advance_until(std::int64_t step, const std::vector<Bound>& bounds, WorkerPool& pool);
    // At the current step; throws Error and changes nothing. LowerRate for a lane that has diverged
    // leads back to the last step before it ran away; advance_to(the step it was called at) brings
    // all lanes there again, the others to the same bits.
    void apply(const Edit& edit);
    void restart();           // step 0, same start, parameters as they are
    void replace(Spec spec);  // another spec, step 0; throws Error and changes nothing
    // The spec of a file at step 0, its edits still to come; throws Error and changes nothing.
    void open(const SessionFile& file);
    // Throws Error where a lane stands at another step or has other bits than the file says.
    void verify(const SessionFile& file) const;
    // Forgets samples, events and edits beyond `step`, where it is past it at the nearest keyframe
    // before; advance_to(step) leads the rest of the way. Both together: go_back_to. Whether there
    // was anything beyond.
    bool rewind(std::int64_t step);
    void go_back_to(std::int64_t step, WorkerPool& pool);  // same bits as when it was there first

    // Of a lane that has diverged, or whose relative error says that it is about to: what stands
    // where it is, or the last sound picture of it. Sound is a relative error of at most three
    // times that of the start (or three, where it started closer).
    enum class Show { where_it_is, what_is_sound };
    // What costs: lanes whose newest row is older than their step are measured first (else the
    // newest sample stands), states are hashed, weights and the newest step are copied.
    struct Wanted {
        bool fresh = true;
        Show show = Show::where_it_is;
        bool hashed = true, weights = true, moves = true;
    };
    // Everything but the transport's fields.
    std::shared_ptr<Snapshot> snapshot(const Wanted& wanted);
    std::shared_ptr<Snapshot> snapshot() { return snapshot(Wanted{}); }
    const Lane& lane(int index) const { return lanes_[index]; }
    int lanes() const { return static_cast<int>(lanes_.size()); }
    const Layout& layout() const { return layout_; }
    HistoryView history(int lane) const;
    const std::vector<Event>& events() const { return *events_; }
    const std::shared_ptr<const Problem>& problem() const { return problem_; }
    const Returns& returns() const { return returns_; }

    SessionFile saved() const;  // spec at step 0, log of edits, step, hash of each lane
    // All that it is, and a session that goes on from there to the same bits (session_state.h); the
    // second throws Error where it is not the state of a session with this spec.
    SessionState state() const;
    static Session resumed(const SessionState& state);
    // Runs a saved session again to its last step; throws Error when a hash differs.
    static Session replay(const SessionFile& file, WorkerPool& pool);

    // What it holds: lanes with the room they work in, histories, keyframes (some of them perhaps
    // shared with a copy).
    std::size_t bytes() const;
    // Going back takes longer then. False when there were none.
    bool forget_keyframes();
    // For a run that comes into view in another's place: what was seen of either is of the past.
    void take_over_from(const Session& shown);

    // While training, lanes look at `flag` before each step and between its parts and give up when
    // it is set, by throwing Abandoned (progress.h) where they were within a step: for a program
    // that wants to end now. Such a session is good for nothing but destruction.
    void abandon_when(const std::atomic<bool>* flag) { abandon_ = flag; }

  private:
    struct Row {
        std::int64_t step = -1;
        std::vector<double> values;
    };
    // What advance_until() looks for, and at which steps from `from` on each lane met it.
    struct Watch {
        const std::vector<Bound>& bounds;
        std::int64_t from = 0;
        std::vector<std::vector<char>> met{};  // by lane
        bool losses = false;                   // some bound is on them
        bool costly = false;                   // some bound is on a channel that is not followed
    };
    class Looking;
    // Of the weights as they are, where the gradient pass does not see it.
    struct Losses {
        std::int64_t step = -1;
        double loss = 0, relative_error = 0, error_left = 0;
    };
    // A lane as it was when it was last measured and sound.
    struct Sound {
        std::int64_t step = -1;
        std::vector<double> row;
        std::shared_ptr<const std::vector<Matrix>> weights;
    };
    // Where a lane that ran away was sound last, and the spec there with that many edits.
    struct Turn {
        std::int64_t step = 0;
        Spec spec;
        std::size_t edits = 0;
    };
    Turn last_sound_step(std::size_t index) const;
    Session(Spec spec, std::uint64_t generation);
    void begin();  // lanes, histories and events at step 0
    bool abandoned() const { return abandon_ && abandon_->load(std::memory_order_relaxed); }
    void apply_pending();
    using Fates = std::vector<std::vector<MomentumFate>>;  // by lane and layer
    Fates take(std::shared_ptr<const Spec> spec, bool keep_momentum);
    void log(const Edit& edit, bool mergeable);
    void check_log(const Edit& edit) const;
    void mark(const Edit& edit, const Spec& before, const Spec& after, Fates fates);
    void run_stretch(std::int64_t stop, WorkerPool& pool);
    void run_lane(std::size_t index, std::int64_t stop);
    void look_before(std::size_t index);
    void look_after(std::size_t index);
    void look_at_end(std::size_t index);
    std::int64_t first_met(const Watch& watch) const;
    void measure(std::size_t index);
    void record(std::size_t index);
    void take_row(std::size_t index);
    void offer_keyframe();
    Keyframe::Kept kept(std::size_t index);
    bool complete(const Keyframe& keyframe) const;
    void take_lane(std::size_t index, const SessionState& state);
    void forget_beyond(std::int64_t step);
    void return_towards(std::int64_t step);
    void go_on(const LowerRate& edit);
    void lower_rates_set_since(const LowerRate& edit, std::size_t first, Spec spec);
    // What tells a lane that is lost: the relative error, of a cross-entropy the loss.
    double size_of(const Backpropagation::Errors& errors) const;
    double size_of(const Row& row) const;
    bool has_residual() const;
    bool within(double size, double times) const;
    void restore(const Keyframe* keyframe);

    std::shared_ptr<const Spec> initial_spec_, spec_;
    std::shared_ptr<const Problem> problem_;
    Layout layout_;
    std::vector<Lane> lanes_;
    std::vector<History> histories_;
    std::vector<Row> newest_;  // of each lane
    std::vector<Sound> sound_;
    double start_error_ = 1;  // size_of() at step 0
    std::shared_ptr<const std::vector<Event>> events_;
    Mark last_mark_;  // the newest event's; later ones may merge with it
    std::vector<LoggedEdit> log_;
    std::size_t applied_ = 0;  // of log_; the rest is pending
    std::size_t marked_ = 0;   // of log_; the rest has no event yet
    Keyframes keyframes_{0, {}};
    // Of each lane that has ended, until something is done to it: keyframes share it.
    std::vector<Keyframe::Kept> resting_;
    std::int64_t step_ = 0;
    Returns returns_;
    std::uint64_t generation_ = 0;  // of the histories made next
    const std::atomic<bool>* abandon_ = nullptr;
    std::vector<Losses> losses_;  // by lane, as looked at
    Watch* watch_ = nullptr;      // while advance_until() looks
};

}  // namespace muonscope
