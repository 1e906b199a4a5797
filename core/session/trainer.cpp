#include "core/session/trainer.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/progress.h"
#include "core/experiment/cost.h"
#include "core/session/trainer_state.h"

namespace muonscope {
namespace {

constexpr double stretch_seconds = 0.004;
// Rows that cost more than this are not measured out of turn.
constexpr double most_fresh_cost = 5e8;     // while running: about 10 ms
constexpr double most_stopped_cost = 5e10;  // when it has stopped: about a second
// Of the time, while running: what is left is for steps.
constexpr double most_fresh_share = 0.2;
// How often it is told how far a problem is.
constexpr std::chrono::milliseconds telling_interval{50};

// What a trainer has before its first problem is built.
Spec nothing_yet() {
    Spec spec;
    spec.experiment.network.depth = 1;
    spec.experiment.network.width = 1;
    spec.experiment.target.modes = 1;
    spec.experiment.probe.layer = 1;
    spec.experiment.classes = {.count = 1, .points = 1};
    spec.lanes = {Recipe{}};
    return spec;
}

// What is asked for and takes until the end of the step under way.
const char* pending_word(const Command& command) {
    if (std::holds_alternative<Pause>(command)) return "pausing";
    if (std::holds_alternative<Reset>(command)) return "starting over";
    if (std::holds_alternative<SetSpec>(command) || std::holds_alternative<OpenSession>(command))
        return "opening";
    if (std::holds_alternative<SwapOptimizers>(command)) return "swapping";
    if (std::holds_alternative<SetParameter>(command) || std::holds_alternative<SetLane>(command))
        return "changing";
    if (std::holds_alternative<Undo>(command)) return "taking back";
    if (std::holds_alternative<Redo>(command)) return "doing again";
    return "";
}

// What was being built for the session before is not wanted any more.
bool supersedes_all(const Command& command) {
    return std::holds_alternative<SetSpec>(command) || std::holds_alternative<OpenSession>(command);
}

bool sets_speed(const Command& command) {
    const auto* parameter = std::get_if<SetParameter>(&command);
    return std::holds_alternative<SetSpeed>(command) ||
           (parameter && parameter->path == "run.speed");
}

}  // namespace

Trainer::State::State(Spec spec, TrainerOptions wanted)
    : options(std::move(wanted)),
      first(std::make_shared<const Spec>(std::move(spec))),
      session(nothing_yet()),
      stretch(stretch_seconds),
      fresh_rows(most_fresh_share) {
    validate(*first);
    session.abandon_when(&stop);
    speed = first->experiment.run.speed;
    auto nothing = std::make_shared<Snapshot>();
    nothing->spec = first;
    nothing->wanted_speed = speed;
    nothing->building = Building{first, "target", 0};
    snapshot = std::move(nothing);
}

// ---- its slices ----

Workplace::Next Trainer::State::slice() {
    if (!ready && !stop) build_first();
    std::unique_lock lock(mutex);
    ready = true;
    settled.notify_all();
    // All that waits: what was called off for something newer must not train first.
    while (!stop && (!queue.empty() || !save_wanted.empty() || !copy_wanted.empty() || waited()))
        serve(lock);
    if (!stop && state == TrainerState::running) {
        lock.unlock();
        train();
        lock.lock();
    }
    return stop ? end() : wanted();
}

// The lock is held.
Workplace::Next Trainer::State::end() {
    for (auto& wanted : save_wanted) wanted.set_value({});
    save_wanted.clear();
    for (auto& wanted : copy_wanted) wanted.set_value({});
    copy_wanted.clear();
    applied = sent;
    over = true;
    settled.notify_all();
    return {};
}

void Trainer::State::build_first() {
    try {
        build(first, call_off, [&] { session.replace(*first); });
        first.reset();
        make_pool();
    } catch (const Abandoned&) {
        return;  // stopped, or something else is wanted by now
    } catch (const std::exception& fault) {
        state = TrainerState::error;
        message = fault.what();
        const std::lock_guard lock(mutex);
        first_failure = std::current_exception();
    }
    publish();
}

// Makes a problem, or makes nothing when `flag` calls it off; says how far it is meanwhile.
void Trainer::State::build(std::shared_ptr<const Spec> coming, const std::atomic<bool>& flag,
                           const std::function<void()>& make) {
    const auto set_building = [this](bool now) {
        const std::lock_guard lock(mutex);
        building = now;
        // What replaces everything may be waiting already.
        call_off = stop || (now && queue.any(supersedes_all));
    };
    set_building(true);
    next_telling = {};
    const WorkScope scope(
        &flag, [this, &coming](std::string_view what, double done) { tell(coming, what, done); });
    try {
        make();
    } catch (...) {
        set_building(false);
        throw;
    }
    set_building(false);
}

void Trainer::State::tell(const std::shared_ptr<const Spec>& coming, std::string_view what,
                          double done) {
    const auto now = Clock::now();
    if (now < next_telling) return;
    next_telling = now + telling_interval;
    std::shared_ptr<const Snapshot> old;
    {
        const std::lock_guard lock(mutex);
        auto picture = std::make_shared<Snapshot>(*snapshot);
        picture->building = Building{coming, std::string(what), done};
        picture->serial = ++serial;
        old = std::exchange(snapshot, std::move(picture));
    }
    if (options.on_snapshot) options.on_snapshot();
}

// Applies what waits in the queue and answers requests. The lock is held on entry and return only.
void Trainer::State::serve(std::unique_lock<std::mutex>& lock) {
    const bool any = !queue.empty() || waited();
    if (waited()) {
        // Newer ones come after.
        std::vector<Command> newer = queue.take();
        queue = std::exchange(waiting, {});
        for (Command& command : newer) queue.push(std::move(command));
    }
    const std::vector<Command> commands = queue.take();
    taken = sent;
    auto saves = std::exchange(save_wanted, {});
    auto copies = std::exchange(copy_wanted, {});
    lock.unlock();

    if (any) message.clear();
    const bool whole = act_on(commands);
    if (any && whole) {
        settle();
        publish();
    }
    for (auto& request : saves) answer(request);
    for (auto& request : copies) answer(request);
    lock.lock();
}

void Trainer::State::answer(std::promise<SessionFile>& request) {
    try {
        if (first) throw Error("session", "its problem is not built yet", "save it when it trains");
        SessionFile file = session.saved();
        file.spec.experiment.run.speed = speed;  // opened again it goes as fast
        request.set_value(std::move(file));
    } catch (...) {
        request.set_exception(std::current_exception());
    }
}

void Trainer::State::answer(std::promise<std::shared_ptr<const Session>>& request) const {
    try {
        if (first || state == TrainerState::error) {
            request.set_value(nullptr);
            return;
        }
        auto copy = std::make_shared<Session>(session);
        copy->abandon_when(nullptr);  // it may outlive the trainer
        request.set_value(std::move(copy));
    } catch (...) {
        request.set_exception(std::current_exception());
    }
}

bool Trainer::State::must_wait(const Command& command) const {
    if (!arriving || std::holds_alternative<Pause>(command) || supersedes_all(command) ||
        sets_speed(command))
        return false;
    const bool leads_elsewhere = std::holds_alternative<RunTo>(command) ||
                                 std::holds_alternative<Undo>(command) ||
                                 std::holds_alternative<Redo>(command);
    return !leads_elsewhere || !waiting.empty();
}

// False when a newer command takes the place of all that was done to what was not built.
bool Trainer::State::act_on(const std::vector<Command>& commands) {
    bool superseded = false;
    for (const Command& command : commands) {
        if (stop) break;
        if (superseded) {
            if (std::holds_alternative<Start>(command)) playing = true;
            if (std::holds_alternative<Pause>(command)) playing = false;
            continue;
        }
        if (must_wait(command)) {
            waiting.push(command);
            continue;
        }
        try {
            perform(command);
            if (waited()) superseded = !act_on(waiting.take());
        } catch (const Abandoned&) {
            superseded = true;
        } catch (const std::exception& fault) {
            message = fault_text(fault);
            if (first) state = TrainerState::error;
        }
    }
    return !superseded;
}

Workplace::Next Trainer::State::wanted() const {
    if (waited()) return Workplace::at_once;
    if (state != TrainerState::running) return Workplace::when_called;
    if (target || speed <= 0) return Workplace::at_once;
    const Clock::time_point step = pacer.deadline(session.step());
    return unpublished ? std::min(step, next_publish) : step;
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
    } catch (const Abandoned&) {
        return;  // stopped in the middle of a step
    } catch (const std::exception& fault) {
        state = TrainerState::error;
        message = fault_text(fault);
        call_off_the_way();
    }
    if (session.step() > before) undo.trained(session.step());
    const auto ended = Clock::now();
    stretch.took(session.step() - before, std::chrono::duration<double>(ended - started).count());
    meter.add(ended, session.step());
    unpublished = true;
}

// What the session's condition means for the state.
void Trainer::State::settle() {
    if (state == TrainerState::error || first) return;
    if (opened && session.step() >= opened->step) {
        try {
            session.verify(*opened);
        } catch (const Error& fault) {
            message = fault.what();
        }
        opened.reset();
    }
    if (arriving && session.step() >= *arriving) arriving.reset();
    if (session.ended()) {
        state = session.diverged() ? TrainerState::diverged : TrainerState::finished;
        call_off_the_way();
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
    const auto began = Clock::now();
    const bool fresh = running ? at_leisure && cost < most_fresh_cost && fresh_rows.may(began)
                               : cost < most_stopped_cost;
    auto picture = session.snapshot({.fresh = fresh,
                                     .show = Session::Show::what_is_sound,
                                     .hashed = !running,
                                     .weights = !running || weights_shown,
                                     .moves = !running || moves_shown});
    if (fresh) fresh_rows.took(began, Clock::now());
    picture->state = state;
    picture->message = message;
    picture->taking_back = undo.names();
    picture->wanted_speed = speed;
    picture->reached_speed = running ? meter.steps_per_second() : 0;
    return picture;
}

// As long as nothing has been built.
std::shared_ptr<Snapshot> Trainer::State::empty_picture() {
    auto picture = std::make_shared<Snapshot>();
    picture->spec = first;
    picture->state = state;
    picture->message = message;
    picture->wanted_speed = speed;
    return picture;
}

void Trainer::State::publish() {
    std::shared_ptr<Snapshot> fresh;
    try {
        const WorkScope scope(&stop);
        fresh = first ? empty_picture() : picture();
    } catch (const Abandoned&) {
        return;
    } catch (const std::exception& fault) {
        state = TrainerState::error;
        call_off_the_way();
        const std::lock_guard lock(mutex);
        fresh = std::make_shared<Snapshot>(*snapshot);
        fresh->state = state;
        fresh->message = message = fault_text(fault);
    }
    const auto now = Clock::now();
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / std::max(options.snapshots_per_second, 0.1)));
    next_publish = std::max(next_publish + interval, now);
    if (!arriving && waiting.empty()) acted = taken;
    fresh->commands = acted;
    unpublished = false;
    std::shared_ptr<const Snapshot> old;  // freed without the lock
    {
        const std::lock_guard lock(mutex);
        fresh->serial = ++serial;
        if (!queue.empty() || !waiting.empty()) hold_pending(*fresh, snapshot->pending);
        old = std::exchange(snapshot, std::move(fresh));
        if (!target) applied = acted;
    }
    settled.notify_all();
    if (options.on_snapshot) options.on_snapshot();
}

// What waits in the queue is still to be seen as waiting.
void Trainer::State::hold_pending(Snapshot& picture, const std::string& word) {
    picture.pending = word;
    if (word == "pausing" && picture.state == TrainerState::running)
        picture.state = TrainerState::stopping;
}

void Trainer::State::make_pool() {
    const int wished = options.workers > 0 ? options.workers : default_workers(session.lanes());
    const int workers = workplace->threads() > 0 ? wished : 1;
    if (!pool || pool->workers() != workers) pool = std::make_unique<WorkerPool>(workers);
}

// ---- what others see ----

// Until the condition holds, at most so long: for the slices on other threads, or by doing them.
template <class Condition>
bool Trainer::State::wait(std::unique_lock<std::mutex>& lock, double seconds, Condition holds) {
    using namespace std::chrono_literals;
    constexpr double for_ever = 1e9;
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(std::min(seconds, for_ever)));
    if (workplace->threads() > 0) return settled.wait_until(lock, end, holds);
    while (!holds()) {
        if (Clock::now() >= end) return false;
        lock.unlock();
        const bool worked = handle.work();
        lock.lock();
        if (!worked) settled.wait_for(lock, 1ms, holds);  // another thread is at it
    }
    return true;
}

Trainer::Trainer(Spec spec, TrainerOptions options)
    : state_(std::make_shared<State>(std::move(spec), std::move(options))) {
    State& state = *state_;
    state.workplace = state.options.workplace;
    if (!state.workplace) {
        own_ = std::make_unique<Workplace>(1);
        if (own_->threads() == 0)
            throw std::system_error(
                std::make_error_code(std::errc::resource_unavailable_try_again));
        state.workplace = own_.get();
    }
    state.handle = state.workplace->begin(
        [kept = state_](const Workplace::Turn&) { return kept->slice(); }, Workplace::when_called);
    state.handle.call();
    std::unique_lock lock(state.mutex);
    // Without a thread it would be the constructor that builds for longer than it may wait.
    if (state.workplace->threads() > 0 || std::isinf(state.options.patience))
        state.wait(lock, state.options.patience, [&] { return state.ready; });
    if (!state.first_failure) return;
    const std::exception_ptr failure = state.first_failure;
    lock.unlock();
    stop(std::numeric_limits<double>::infinity());
    std::rethrow_exception(failure);
}

Trainer::~Trainer() {
    stop(std::numeric_limits<double>::infinity());
}

std::uint64_t Trainer::send(Command command) {
    std::uint64_t number = 0;
    std::shared_ptr<const Snapshot> old;  // freed without the lock
    {
        State& state = *state_;
        const std::lock_guard lock(state.mutex);
        // A click is seen in the next frame, though the step under way ends first.
        auto seen = std::make_shared<Snapshot>(*state.snapshot);
        State::hold_pending(*seen, pending_word(command));
        seen->serial = ++state.serial;
        old = std::exchange(state.snapshot, std::move(seen));
        if (state.building && supersedes_all(command)) state.call_off = true;
        state.queue.push(std::move(command));
        number = ++state.sent;
    }
    state_->handle.call();
    return number;
}

void Trainer::show_weights(bool shown) {
    state_->weights_shown = shown;
}

void Trainer::show_moves(bool shown) {
    state_->moves_shown = shown;
}

std::shared_ptr<const Snapshot> Trainer::snapshot() const {
    const std::lock_guard lock(state_->mutex);
    return state_->snapshot;
}

SessionFile Trainer::saved() const {
    using namespace std::chrono_literals;
    std::future<SessionFile> file = saving();
    while (file.wait_for(0s) != std::future_status::ready && state_->handle.work()) continue;
    return file.get();
}

std::future<SessionFile> Trainer::saving() const {
    std::promise<SessionFile> promise;
    std::future<SessionFile> file = promise.get_future();
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->stop)
            promise.set_value({});
        else
            state_->save_wanted.push_back(std::move(promise));
    }
    state_->handle.call();
    state_->handle.work();
    return file;
}

std::future<std::shared_ptr<const Session>> Trainer::copying() const {
    std::promise<std::shared_ptr<const Session>> promise;
    std::future<std::shared_ptr<const Session>> copy = promise.get_future();
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->stop)
            promise.set_value(nullptr);
        else
            state_->copy_wanted.push_back(std::move(promise));
    }
    state_->handle.call();
    return copy;
}

void Trainer::drain() {
    drain(std::numeric_limits<double>::infinity());
}

bool Trainer::drain(double seconds) {
    std::unique_lock lock(state_->mutex);
    const std::uint64_t wanted = state_->sent;
    return state_->wait(lock, seconds, [&] { return state_->applied >= wanted; });
}

bool Trainer::stop(double seconds) {
    std::unique_lock lock(state_->mutex);
    state_->stop = state_->call_off = true;
    lock.unlock();
    state_->handle.call();
    lock.lock();
    return state_->wait(lock, seconds, [&] { return state_->over; });
}

}  // namespace muonscope
