#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/command_queue.h"
#include "core/session/pacer.h"
#include "core/session/session.h"
#include "core/session/trainer.h"
#include "core/session/undo.h"

// What a trainer is made of: for its own sources alone.
namespace muonscope {

struct Trainer::State {
    State(Spec spec, TrainerOptions wanted);

    TrainerOptions options;

    // Shared, behind `mutex`.
    mutable std::mutex mutex;
    std::condition_variable settled;
    CommandQueue queue;
    std::uint64_t sent = 0, applied = 0;  // commands
    std::vector<std::promise<SessionFile>> save_wanted;
    std::vector<std::promise<std::shared_ptr<const Session>>> copy_wanted;
    std::shared_ptr<const Snapshot> snapshot;
    std::uint64_t serial = 0;
    std::atomic<bool> stop = false;
    std::atomic<bool> weights_shown = true, moves_shown = false;
    std::atomic<bool> call_off = false;  // what is being built
    bool building = false;
    bool ready = false, over = false;  // the first problem; all of it
    std::exception_ptr first_failure;

    Workplace* workplace = nullptr;
    Workplace::Handle handle;

    // The slices' own.
    std::shared_ptr<const Spec> first;  // until it is built
    Session session;                    // of nothing until then
    std::unique_ptr<WorkerPool> pool;
    TrainerState state = TrainerState::idle;
    bool playing = false;                // Start was asked for and nothing has called it off
    std::optional<std::int64_t> target;  // StepOnce, RunTo: unpaced up to here, then pause
    // Up to here its steps are known: what is sent meanwhile waits (see trainer.h).
    std::optional<std::int64_t> arriving;
    CommandQueue waiting;
    double speed = 0;
    std::shared_ptr<const SessionFile>
        opened;  // until it is where it was saved, or goes another way
    std::string message;
    UndoStack undo;
    std::uint64_t taken = 0, acted = 0;  // commands out of the queue; of which none waits
    Pacer pacer;
    StretchLength stretch;
    SpeedMeter meter;
    Beside fresh_rows;
    Clock::time_point next_publish{}, next_telling{};
    bool unpublished = false;  // steps since the last snapshot

    Workplace::Next slice();
    Workplace::Next end();
    void build_first();
    void build(std::shared_ptr<const Spec> coming, const std::atomic<bool>& flag,
               const std::function<void()>& make);
    void tell(const std::shared_ptr<const Spec>& coming, std::string_view what, double done);
    bool waited() const { return !arriving && !waiting.empty(); }
    void serve(std::unique_lock<std::mutex>& lock);
    void answer(std::promise<SessionFile>& request);
    void answer(std::promise<std::shared_ptr<const Session>>& request) const;
    bool must_wait(const Command& command) const;
    bool act_on(const std::vector<Command>& commands);
    Workplace::Next wanted() const;
    template <class Condition>
    bool wait(std::unique_lock<std::mutex>& lock, double seconds, Condition holds);
    void train();
    void train_stretch(std::int64_t stop_at);
    void settle();
    void publish();
    std::shared_ptr<Snapshot> picture();
    std::shared_ptr<Snapshot> empty_picture();
    static void hold_pending(Snapshot& picture, const std::string& word);
    void make_pool();
    void go();
    void call_off_the_way();
    void begin_again();

    void perform(const Command& command);
    void perform(const Start&);
    void perform(const Pause&);
    void perform(const StepOnce& command);
    void perform(const RunTo& command);
    void perform(const SetSpeed& command);
    void perform(const Reset&);
    void perform(const SetSpec& command);
    void perform(const OpenSession& command);
    void perform(const Undo&);
    void perform(const Redo&);
    void perform_edit(const Edit& edit);
    void apply(const Edit& edit);
    void go_towards(std::int64_t step);

    RunAside::Transport transport() const;
    std::unique_ptr<RunAside> aside() const;
    void note(UndoStep step);
    void replacing(std::string what, const std::function<void()>& change);
    void take(std::optional<UndoStep> step, bool back);
    void edit_towards(UndoStep& step, bool back);
    void exchange_with(RunAside& run);
};

}  // namespace muonscope
