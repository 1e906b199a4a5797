#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/experiment/lane.h"
#include "core/session/command.h"
#include "core/session/history.h"
#include "core/session/snapshot.h"

namespace muonscope {

struct LoggedEdit {
    std::int64_t step = 0;
    Edit edit;
};

// Runs f(0) ... f(count - 1) on a fixed set of threads and waits for all. Results do not depend on
// the number of threads, because no two calls share anything that is written.
class WorkerPool {
  public:
    explicit WorkerPool(int workers);
    ~WorkerPool();
    void for_each(int count, const std::function<void(int)>& f);
    int workers() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Lanes, their histories, events and the log of edits; no thread and no clock of its own. What the
// command line runs directly and the trainer drives.
class Session {
  public:
    explicit Session(Spec spec);  // throws Error

    const Spec& spec() const { return spec_; }  // as edited
    std::int64_t step() const { return step_; }
    bool finished() const;  // every lane has ended its last phase
    bool diverged() const;  // some lane has

    // Advances every lane to `step` (or its end), recording the samples that fall due. Stops at
    // the step before a lane's fault.
    void advance_to(std::int64_t step, WorkerPool& pool);
    void apply(const Edit& edit);  // at the current step; throws Error and changes nothing
    void restart();                // step 0, same start, parameters as they are
    void go_back_to(std::int64_t step, WorkerPool& pool);  // keyframe, then forward: same bits

    // Everything but the transport's fields.
    std::shared_ptr<Snapshot> snapshot() const;
    const Lane& lane(int index) const { return lanes_[static_cast<std::size_t>(index)]; }
    int lanes() const { return static_cast<int>(lanes_.size()); }
    const Layout& layout() const { return layout_; }
    HistoryView history(int lane) const;
    const std::vector<Event>& events() const { return *events_; }
    const std::shared_ptr<const Problem>& problem() const { return problem_; }

    std::string to_json() const;  // version, spec at step 0, log of edits, step, hash of each lane
    // Runs a session file again to its last step; throws Error when a hash differs.
    static Session replay(const std::string& json, WorkerPool& pool);

  private:
    struct Keyframe {
        std::int64_t step;
        std::vector<Lane> lanes;
        std::size_t edits;
    };
    Spec initial_spec_, spec_;
    std::shared_ptr<const Problem> problem_;
    Layout layout_;
    std::vector<Lane> lanes_;
    std::vector<History> histories_;
    std::shared_ptr<std::vector<Event>> events_;
    std::vector<LoggedEdit> log_;
    std::vector<Keyframe> keyframes_;
    std::int64_t step_ = 0;
};

}  // namespace muonscope
