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
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/progress.h"
#include "core/experiment/cost.h"
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

struct Trainer::State {
    State(Spec spec, TrainerOptions wanted)
        : options(std::move(wanted)),
          first(std::make_shared<const Spec>(std::move(spec))),
          session(nothing_yet()),
          stretch(stretch_seconds) {
        validate(*first);
        session.abandon_when(&stop);
        speed = first->experiment.run.speed;
        auto nothing = std::make_shared<Snapshot>();
        nothing->spec = first;
        nothing->wanted_speed = speed;
        nothing->building = Building{first, "target", 0};
        snapshot = std::move(nothing);
    }

    TrainerOptions options;

    // Shared, behind `mutex`.
    mutable std::mutex mutex;
    std::condition_variable settled;
    CommandQueue queue;
    std::uint64_t sent = 0, applied = 0;  // commands
    std::vector<std::promise<SessionFile>> save_wanted;
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
    std::uint64_t taken = 0, acted = 0;  // commands out of the queue; of which none waits
    Pacer pacer;
    StretchLength stretch;
    SpeedMeter meter;
    Beside fresh_rows{most_fresh_share};
    Clock::time_point next_publish{}, next_telling{};
    bool unpublished = false;  // steps since the last snapshot

    Workplace::Next slice();
    Workplace::Next end();
    void build_first();
    template <class Make>
    void build(std::shared_ptr<const Spec> coming, const std::atomic<bool>& flag, Make&& make);
    void tell(const std::shared_ptr<const Spec>& coming, std::string_view what, double done);
    bool waited() const { return !arriving && !waiting.empty(); }
    void serve(std::unique_lock<std::mutex>& lock);
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
    void perform_edit(const Edit& edit);
};

// ---- its slices ----

Workplace::Next Trainer::State::slice() {
    if (!ready && !stop) build_first();
    std::unique_lock lock(mutex);
    ready = true;
    settled.notify_all();
    // All that waits: what was called off for something newer must not train first.
    while (!stop && (!queue.empty() || !save_wanted.empty() || waited())) serve(lock);
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
template <class Make>
void Trainer::State::build(std::shared_ptr<const Spec> coming, const std::atomic<bool>& flag,
                           Make&& make) {
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
    auto requests = std::exchange(save_wanted, {});
    lock.unlock();

    if (any) message.clear();
    const bool whole = act_on(commands);
    if (any && whole) {
        settle();
        publish();
    }
    for (auto& request : requests) {
        try {
            if (first)
                throw Error("session", "its problem is not built yet", "save it when it trains");
            SessionFile file = session.saved();
            file.spec.experiment.run.speed = speed;  // opened again it goes as fast
            request.set_value(std::move(file));
        } catch (...) {
            request.set_exception(std::current_exception());
        }
    }
    lock.lock();
}

bool Trainer::State::must_wait(const Command& command) const {
    if (!arriving || std::holds_alternative<Pause>(command) || supersedes_all(command) ||
        sets_speed(command))
        return false;
    return !std::holds_alternative<RunTo>(command) || !waiting.empty();
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

// ---- commands ----

void Trainer::State::go() {
    state = TrainerState::running;
    meter.reset();
    meter.add(Clock::now(), session.step());
    pacer.start(Clock::now(), session.step(), speed);
}

void Trainer::State::call_off_the_way() {
    target.reset();
    arriving.reset();
}

// With another session goes what waits for the one before.
void Trainer::State::begin_again() {
    call_off_the_way();
    for (const Command& command : waiting.take())
        if (std::holds_alternative<Start>(command)) playing = true;
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
    if (first) return;
    if (state == TrainerState::running && target) target.reset();
    if (state == TrainerState::idle || state == TrainerState::paused ||
        state == TrainerState::running)
        go();
}

void Trainer::State::perform(const Pause&) {
    playing = false;
    call_off_the_way();
    if (state == TrainerState::running) state = TrainerState::paused;
}

void Trainer::State::perform(const StepOnce& command) {
    if (command.steps < 1 || command.steps > most_steps_at_once)
        throw Error("step", fmt::format("{} steps", command.steps),
                    fmt::format("give 1 to {}", most_steps_at_once));
    perform(RunTo{session.step() + command.steps});
}

void Trainer::State::perform(const RunTo& command) {
    if (command.step < 0)
        throw Error(fmt::format("step {}", command.step), "there is nothing before step 0",
                    "give a step of at least 0");
    if (state == TrainerState::error || first) return;
    const bool ended = state == TrainerState::finished || state == TrainerState::diverged;
    if (ended && command.step >= session.step()) return;
    if (opened && command.step < opened->step) opened.reset();
    if (session.rewind(command.step)) arriving = command.step;
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
    const auto spec = first ? first : std::make_shared<const Spec>(session.spec());
    // Called off half way, a restart would leave nothing whole: only the end calls it off.
    build(spec, stop, [&] {
        if (first || state == TrainerState::error)
            session.replace(*spec);
        else
            session.restart();
    });
    first.reset();
    begin_again();
}

void Trainer::State::perform(const SetSpec& command) {
    opened.reset();
    build(std::make_shared<const Spec>(command.spec), call_off,
          [&] { session.replace(command.spec); });
    first.reset();
    speed = session.spec().experiment.run.speed;
    begin_again();
}

void Trainer::State::perform(const OpenSession& command) {
    const SessionFile& file = *command.file;
    build(std::make_shared<const Spec>(file.spec), call_off, [&] { session.open(file); });
    first.reset();
    speed = session.spec().experiment.run.speed;
    begin_again();
    // A lane knows that it ended only once it was asked for one step more.
    perform(RunTo{file.step + (file.ended ? 1 : 0)});
    arriving = target;
    opened = command.file;
}

void Trainer::State::perform_edit(const Edit& edit) {
    // How fast it goes changes no step: nothing that a replay would repeat, or that cuts off what
    // came after.
    const auto* parameter = std::get_if<SetParameter>(&edit);
    if (parameter && parameter->path == "run.speed") {
        Spec wanted = session.spec();
        set(wanted, parameter->path, parameter->value);
        perform(SetSpeed{wanted.experiment.run.speed});
        return;
    }
    opened.reset();
    if (first) {  // it could not be built as it was
        const auto spec = std::make_shared<const Spec>(edited(*first, edit));
        perform(SetSpec{*spec});
        return;
    }
    const auto problem = session.problem();
    const std::int64_t step = session.step();
    build(std::make_shared<const Spec>(session.spec()), call_off, [&] { session.apply(edit); });
    // Another problem, or step 0: the edit began again.
    if (session.problem() != problem) {
        begin_again();
    } else if (session.step() < step) {
        // A lane goes on from its past: up to the present as fast as it can.
        target = arriving = step;
        go();
    }
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
