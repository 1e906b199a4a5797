#include "core/session/trainer_state.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/session/edit.h"

// What each command does to the session and to the transport.
namespace muonscope {
namespace {

constexpr std::int64_t most_steps_at_once = 1'000'000'000'000;

}  // namespace

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
    go_towards(command.step);
    playing = false;
    target = command.step;
    go();
}

// An earlier step is one step of undo, several in a row as well.
void Trainer::State::go_towards(std::int64_t step) {
    const bool back = step < session.step(), again = back && undo.goes_back();
    UndoStep done{.kind = UndoStep::Kind::go_back,
                  .what = fmt::format("go back to step {}", step),
                  .run = back && !again ? aside() : nullptr};
    if (session.rewind(step)) arriving = step;
    if (again)
        undo.rename(std::move(done.what), Clock::now());
    else if (done.run)
        note(std::move(done));
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
    const auto start_over = [&] {
        build(spec, stop, [&] {
            if (first || state == TrainerState::error)
                session.replace(*spec);
            else
                session.restart();
        });
    };
    // At step 0 there is nothing to lose.
    if (session.step() > 0)
        replacing("start over", start_over);
    else
        start_over();
    first.reset();
    begin_again();
}

void Trainer::State::perform(const SetSpec& command) {
    opened.reset();
    const auto coming = std::make_shared<const Spec>(command.spec);
    const auto make = [&] { session.replace(*coming); };
    replacing("open " + coming->name, [&] { build(coming, call_off, make); });
    first.reset();
    speed = session.spec().experiment.run.speed;
    begin_again();
}

void Trainer::State::perform(const OpenSession& command) {
    const SessionFile& file = *command.file;
    replacing("open session of " + file.spec.name, [&] {
        build(std::make_shared<const Spec>(file.spec), call_off, [&] { session.open(file); });
    });
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
    apply(edit);
    // Another problem, or step 0: the edit began again.
    if (session.problem() != problem) {
        begin_again();
    } else if (session.step() < step) {
        // A lane goes on from its past: up to the present as fast as it can.
        target = arriving = step;
        go();
    }
}

// With what takes it back.
void Trainer::State::apply(const Edit& edit) {
    const auto now = Clock::now();
    const auto before = std::make_shared<const Spec>(session.spec());
    const Spec coming = edited(*before, edit);
    const auto* lower = std::get_if<LowerRate>(&edit);
    const bool replaces =
        restarts(edit, *before, coming) ||
        (lower && lower->lane < session.lanes() && session.lane(lower->lane).fault());
    const bool merges = undo.merges(edit, now);
    UndoStep step{.kind = replaces ? UndoStep::Kind::replace : UndoStep::Kind::edit,
                  .edit = edit,
                  .before = before};
    // Exactly, where no step comes between; else by an edit.
    if (!merges && (replaces || state != TrainerState::running)) step.run = aside();
    build(before, call_off, [&] { session.apply(edit); });

    step.after = std::make_shared<const Spec>(session.spec());
    if (merges) {
        undo.merge(edit, std::move(step.after), now);
        return;
    }
    if (!replaces && *step.after == *before) return;
    const std::vector<Mark> marks = marks_of(edit, session.step(), *before, *step.after);
    step.what = std::holds_alternative<SwapOptimizers>(edit) ? "swap optimisers"
                : marks.empty()                              ? "start over"
                                                             : marks.front().event.text;
    note(std::move(step));
}

}  // namespace muonscope
