#include <utility>

#include "core/base/error.h"
#include "core/session/edit.h"
#include "core/session/trainer_state.h"

// Taking back what was done, and doing it again.
namespace muonscope {

RunAside::Transport Trainer::State::transport() const {
    return {state, playing, target, arriving, speed, opened};
}

// Null where there is no run yet, or none that can be trusted.
std::unique_ptr<RunAside> Trainer::State::aside() const {
    if (first || state == TrainerState::error) return {};
    auto run = std::make_unique<RunAside>();
    run->transport = transport();
    run->session = std::make_unique<Session>(session);
    run->step = session.step();
    run->weigh();
    return run;
}

void Trainer::State::note(UndoStep step) {
    step.at = Clock::now();
    undo.done(std::move(step));
    undo.keep_within(session.spec().experiment.record.keyframes << 20);
}

// `change` makes another run of this one, which comes back when it is undone.
void Trainer::State::replacing(std::string what, const std::function<void()>& change) {
    // A window that opens on a session has nothing before it.
    const bool untouched =
        state == TrainerState::idle && session.step() == 0 && undo.names().undo.empty();
    UndoStep step{.kind = UndoStep::Kind::replace,
                  .what = std::move(what),
                  .run = untouched ? nullptr : aside()};
    change();
    if (step.run) note(std::move(step));
}

void Trainer::State::perform(const Undo&) {
    take(undo.take_undo(), true);
}

void Trainer::State::perform(const Redo&) {
    take(undo.take_redo(), false);
}

void Trainer::State::take(std::optional<UndoStep> step, bool back) {
    if (!step || first) return;
    try {
        if (step->run)
            exchange_with(*step->run);
        else
            edit_towards(*step, back);
    } catch (...) {
        back ? undo.give_undo(std::move(*step)) : undo.give_redo(std::move(*step));
        throw;
    }
    step->at = Clock::now();
    back ? undo.give_redo(std::move(*step)) : undo.give_undo(std::move(*step));
    undo.keep_within(session.spec().experiment.record.keyframes << 20);
}

// While a run goes on: by an edit as any other, which a replay repeats.
void Trainer::State::edit_towards(UndoStep& step, bool back) {
    opened.reset();
    const auto edits = edits_between(session.spec(), back ? *step.before : *step.after, *step.edit);
    if (!edits)
        throw Error(back ? "undo" : "redo", "the run has gone another way since",
                    "set it by hand: " + step.what);
    std::unique_ptr<RunAside> run;
    if (state != TrainerState::running) run = aside();
    for (const Edit& edit : *edits) session.apply(edit);
    step.run = std::move(run);
}

// It trains on where it did and where training is wanted now: undoing starts nothing by itself.
void Trainer::State::exchange_with(RunAside& run) {
    RunAside::Transport now = transport();
    const std::int64_t step = session.step();
    RunAside::Transport then = run.transport;
    if (run.session) {
        run.session->take_over_from(session);
        std::swap(*run.session, session);
    } else {
        auto here = std::make_unique<Session>(session);
        const auto file = run.file;
        build(std::make_shared<const Spec>(file->spec), call_off, [&] { session.open(*file); });
        session.take_over_from(*here);
        run.session = std::move(here);
        run.file.reset();
        // A lane knows that it ended only once it was asked for one step more.
        then.target = then.arriving = file->step + (file->ended ? 1 : 0);
        then.opened = file;
    }
    run.weigh();
    run.transport = std::move(now);
    run.step = step;

    waiting.take();
    playing = playing && then.playing;
    target = then.target;
    arriving = then.arriving;
    speed = then.speed;
    opened = then.opened;
    make_pool();
    const bool ran = then.state == TrainerState::running || then.state == TrainerState::stopping;
    if (target || (ran && playing))
        go();
    else
        state = ran ? TrainerState::paused : then.state;
}

}  // namespace muonscope
