#include "core/session/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/experiment/cost.h"
#include "core/fault_text.h"
#include "core/session/command_queue.h"
#include "core/session/pacer.h"
#include "core/session/session.h"

namespace muonscope {
namespace {

constexpr double stretch_seconds = 0.004;
constexpr std::int64_t most_steps_at_once = 1'000'000'000'000;
// Rows that cost more than this are not measured out of turn.
constexpr double most_fresh_cost = 5e8;     // while running: about 10 ms
constexpr double most_stopped_cost = 5e10;  // when it has stopped: about a second

}  // namespace

struct Trainer::State {
    State(Spec spec, TrainerOptions wanted)
        : options(std::move(wanted)), session(std::move(spec)), stretch(stretch_seconds) {
        session.abandon_when(&stop);
        speed = session.spec().experiment.run.speed;
    }

    TrainerOptions options;

    // Shared, behind `mutex`.
    mutable std::mutex mutex;
    std::condition_variable wake, settled;
    CommandQueue queue;
    std::uint64_t sent = 0, applied = 0;  // commands
    std::vector<std::promise<std::string>> json_wanted;
    std::shared_ptr<const Snapshot> snapshot;
    std::uint64_t serial = 0;
    std::atomic<bool> stop = false;

    // The trainer thread's own.
    Session session;
    std::unique_ptr<WorkerPool> pool;
    TrainerState state = TrainerState::idle;
    bool playing = false;                // Start was asked for and nothing has called it off
    std::optional<std::int64_t> target;  // StepOnce, RunTo: unpaced up to here, then pause
    double speed = 0;
    std::shared_ptr<const SessionFile>
        opened;  // until it is where it was saved, or goes another way
    std::string message;
    std::uint64_t taken = 0;  // commands out of the queue
    Pacer pacer;
    StretchLength stretch;
    SpeedMeter meter;
    Clock::time_point next_publish{};
    bool unpublished = false;  // steps since the last snapshot
    std::thread thread;

    void run();
    void serve(std::unique_lock<std::mutex>& lock);
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void train();
    void train_stretch(std::int64_t stop_at);
    void settle();
    void publish();
    std::shared_ptr<Snapshot> picture();
    void make_pool();
    void go();
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
    void perform_edit(const Edit& edit);
};

// ---- the thread ----

void Trainer::State::run() {
    if (options.on_snapshot) options.on_snapshot();
    std::unique_lock lock(mutex);
    while (!stop) {
        serve(lock);
        if (stop) break;
        if (state == TrainerState::running) {
            lock.unlock();
            train();
            lock.lock();
        }
        wait_for_work(lock);
    }
    for (auto& wanted : json_wanted) wanted.set_value("");
    json_wanted.clear();
    applied = sent;
    settled.notify_all();
}

// Applies what waits in the queue and answers requests. The lock is held on entry and return only.
void Trainer::State::serve(std::unique_lock<std::mutex>& lock) {
    if (queue.empty() && json_wanted.empty()) return;
    const bool any = !queue.empty();
    const std::vector<Command> commands = queue.take();
    taken = sent;
    auto requests = std::exchange(json_wanted, {});
    lock.unlock();

    if (any) message.clear();
    for (const Command& command : commands) {
        if (stop) break;
        try {
            perform(command);
        } catch (const std::exception& fault) {
            message = fault_text(fault);
        }
    }
    if (any) {
        settle();
        publish();
    }
    for (auto& request : requests) {
        try {
            request.set_value(session.to_json());
        } catch (...) {
            request.set_exception(std::current_exception());
        }
    }
    lock.lock();
}

void Trainer::State::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto called = [this] { return stop || !queue.empty() || !json_wanted.empty(); };
    if (state != TrainerState::running) {
        wake.wait(lock, called);
    } else if (!target && speed > 0) {
        auto until = pacer.deadline(session.step());
        if (unpublished) until = std::min(until, next_publish);
        wake.wait_until(lock, until, called);
    }
}

// One stretch, as many steps as are due and fit in it; then a snapshot when it is time for one.
void Trainer::State::train() {
    const std::int64_t step = session.step();
    std::int64_t steps = stretch.steps();
    if (target)
        steps = std::min(steps, *target - step);
    else if (speed > 0)
        steps = std::min(steps, pacer.due(Clock::now(), step));
    if (steps > 0) {
        train_stretch(step + steps);
        if (stop) return;
        settle();
    }
    const bool stopped = state != TrainerState::running;
    if (stopped || (unpublished && Clock::now() >= next_publish)) publish();
}

void Trainer::State::train_stretch(std::int64_t stop_at) {
    const std::int64_t before = session.step();
    const auto started = Clock::now();
    try {
        session.advance_to(stop_at, *pool);
    } catch (const std::exception& fault) {
        state = TrainerState::error;
        message = fault_text(fault);
        target.reset();
    }
    const auto ended = Clock::now();
    stretch.took(session.step() - before, std::chrono::duration<double>(ended - started).count());
    meter.add(ended, session.step());
    unpublished = true;
}

// What the session's condition means for the state.
void Trainer::State::settle() {
    if (state == TrainerState::error) return;
    if (opened && session.step() >= opened->step) {
        try {
            session.verify(*opened);
        } catch (const Error& fault) {
            message = fault.what();
        }
        opened.reset();
    }
    if (session.ended()) {
        state = session.diverged() ? TrainerState::diverged : TrainerState::finished;
        target.reset();
    } else if (target && session.step() >= *target) {
        target.reset();
        if (playing)
            go();
        else
            state = TrainerState::paused;
    } else if (state == TrainerState::diverged || state == TrainerState::finished) {
        // An edit, or going back, gave a lane more to do.
        if (playing)
            go();
        else
            state = TrainerState::paused;
    }
}

std::shared_ptr<Snapshot> Trainer::State::picture() {
    const double cost = measure_cost(session.spec().experiment);
    const bool running = state == TrainerState::running;
    const bool at_leisure = !target && speed > 0;
    const bool fresh = running ? at_leisure && cost < most_fresh_cost : cost < most_stopped_cost;
    auto picture = session.snapshot(fresh, Session::Show::what_is_sound);
    picture->state = state;
    picture->message = message;
    picture->wanted_speed = speed;
    picture->reached_speed = running ? meter.steps_per_second() : 0;
    return picture;
}

void Trainer::State::publish() {
    std::shared_ptr<Snapshot> fresh;
    try {
        fresh = picture();
    } catch (const std::exception& fault) {
        state = TrainerState::error;
        target.reset();
        const std::lock_guard lock(mutex);
        fresh = std::make_shared<Snapshot>(*snapshot);
        fresh->state = state;
        fresh->message = message = fault_text(fault);
    }
    const auto now = Clock::now();
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / std::max(options.snapshots_per_second, 0.1)));
    next_publish = std::max(next_publish + interval, now);
    unpublished = false;
    std::shared_ptr<const Snapshot> old;  // freed without the lock
    {
        const std::lock_guard lock(mutex);
        fresh->serial = ++serial;
        old = std::exchange(snapshot, std::move(fresh));
        if (!target) applied = taken;
    }
    settled.notify_all();
    if (options.on_snapshot) options.on_snapshot();
}

void Trainer::State::make_pool() {
    const int workers = options.workers > 0 ? options.workers : default_workers(session.lanes());
    if (!pool || pool->workers() != workers) pool = std::make_unique<WorkerPool>(workers);
}

// ---- commands ----

void Trainer::State::go() {
    state = TrainerState::running;
    meter.reset();
    meter.add(Clock::now(), session.step());
    pacer.start(Clock::now(), session.step(), speed);
}

void Trainer::State::begin_again() {
    target.reset();
    make_pool();
    if (playing)
        go();
    else
        state = TrainerState::idle;
}

void Trainer::State::perform(const Command& command) {
    std::visit(
        [this](const auto& c) {
            using T = std::decay_t<decltype(c)>;
            if constexpr (std::is_constructible_v<Edit, T>)
                perform_edit(c);
            else
                perform(c);
        },
        command);
}

void Trainer::State::perform(const Start&) {
    playing = true;
    if (state == TrainerState::running && target) target.reset();
    if (state == TrainerState::idle || state == TrainerState::paused ||
        state == TrainerState::running)
        go();
}

void Trainer::State::perform(const Pause&) {
    playing = false;
    target.reset();
    if (state == TrainerState::running) state = TrainerState::paused;
}

void Trainer::State::perform(const StepOnce& command) {
    if (command.steps < 1 || command.steps > most_steps_at_once)
        throw Error("step", fmt::format("{} steps", command.steps),
                    fmt::format("give 1 to {}", most_steps_at_once));
    if (state == TrainerState::finished || state == TrainerState::diverged ||
        state == TrainerState::error)
        return;
    perform(RunTo{session.step() + command.steps});
}

void Trainer::State::perform(const RunTo& command) {
    if (command.step < 0)
        throw Error(fmt::format("step {}", command.step), "there is nothing before step 0",
                    "give a step of at least 0");
    if (state == TrainerState::error) return;
    if (command.step < session.step()) {
        session.rewind(command.step);
    } else if (state == TrainerState::finished || state == TrainerState::diverged) {
        return;
    }
    playing = false;
    target = command.step;
    go();
}

void Trainer::State::perform(const SetSpeed& command) {
    if (!(command.steps_per_second >= 0) || !std::isfinite(command.steps_per_second))
        throw Error("speed", fmt::format("{} steps a second", command.steps_per_second),
                    "give a number of at least 0; 0 is as fast as possible");
    speed = command.steps_per_second;
    if (state == TrainerState::running) go();
}

void Trainer::State::perform(const Reset&) {
    opened.reset();
    // After an error nothing made from the spec is trusted.
    if (state == TrainerState::error)
        session.replace(session.spec());
    else
        session.restart();
    begin_again();
}

void Trainer::State::perform(const SetSpec& command) {
    opened.reset();
    session.replace(command.spec);
    speed = session.spec().experiment.run.speed;
    begin_again();
}

void Trainer::State::perform(const OpenSession& command) {
    const SessionFile& file = *command.file;
    session.open(file);
    speed = session.spec().experiment.run.speed;
    begin_again();
    // A lane knows that it ended only once it was asked for one step more.
    perform(RunTo{file.step + (file.ended ? 1 : 0)});
    opened = command.file;
}

void Trainer::State::perform_edit(const Edit& edit) {
    opened.reset();
    const auto problem = session.problem();
    const std::int64_t step = session.step();
    session.apply(edit);
    const auto* parameter = std::get_if<SetParameter>(&edit);
    if (parameter && parameter->path == "run.speed")
        perform(SetSpeed{session.spec().experiment.run.speed});
    // Another problem, or step 0: the edit began again.
    if (session.problem() != problem) {
        begin_again();
    } else if (session.step() < step) {
        // A lane goes on from its past: up to the present as fast as it can.
        target = step;
        go();
    }
}

// ---- what other threads see ----

Trainer::Trainer(Spec spec, TrainerOptions options)
    : state_(std::make_unique<State>(std::move(spec), std::move(options))) {
    State& state = *state_;
    state.make_pool();
    auto first = state.picture();
    first->serial = ++state.serial;
    state.snapshot = std::move(first);
    state.thread = std::thread([&state] { state.run(); });
}

Trainer::~Trainer() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stop = true;
    }
    state_->wake.notify_all();
    state_->thread.join();
}

void Trainer::send(Command command) {
    {
        const std::lock_guard lock(state_->mutex);
        // A click is seen in the next frame, though the stretch under way ends first.
        if (std::holds_alternative<Pause>(command) && state_->snapshot->can_pause()) {
            auto seen = std::make_shared<Snapshot>(*state_->snapshot);
            seen->state = TrainerState::stopping;
            seen->serial = ++state_->serial;
            state_->snapshot = std::move(seen);
        }
        state_->queue.push(std::move(command));
        ++state_->sent;
    }
    state_->wake.notify_all();
}

std::shared_ptr<const Snapshot> Trainer::snapshot() const {
    const std::lock_guard lock(state_->mutex);
    return state_->snapshot;
}

std::string Trainer::session_json() const {
    std::future<std::string> text;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->stop) return "";
        text = state_->json_wanted.emplace_back().get_future();
    }
    state_->wake.notify_all();
    return text.get();
}

void Trainer::drain() {
    std::unique_lock lock(state_->mutex);
    const std::uint64_t wanted = state_->sent;
    state_->settled.wait(lock, [&] { return state_->applied >= wanted; });
}

}  // namespace muonscope
