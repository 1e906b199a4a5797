#include "core/session/undo.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "core/experiment/parameters.h"
#include "core/session/edit.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;

// Between two changes of a slider by one hand.
constexpr auto longest_pause = 1000ms;

const SetParameter* parameter_of(const std::optional<Edit>& edit) {
    return edit ? std::get_if<SetParameter>(&*edit) : nullptr;
}

// Whether these edits lead there, at every step and without a new start. A lane that has been
// renamed is no longer found by its name.
bool lead(Spec from, const Spec& to, const std::vector<Edit>& edits) {
    try {
        for (const Edit& edit : edits) {
            Spec next = edited(from, edit);
            if (restarts(edit, from, next)) return false;
            from = std::move(next);
        }
    } catch (const Error&) {
        return false;
    }
    return from == to;
}

std::vector<Edit> as_it_was(const SetParameter& edit, const Spec& spec) {
    try {
        return {SetParameter{edit.path, get(spec, edit.path)}};
    } catch (const Error&) {
        return {};
    }
}

std::optional<UndoStep> take_last(std::vector<UndoStep>& steps) {
    if (steps.empty()) return {};
    UndoStep last = std::move(steps.back());
    steps.pop_back();
    return last;
}

// Down to the last time that the run was replaced.
void forget_exact_ways(std::vector<UndoStep>& steps) {
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (step->kind != UndoStep::Kind::edit) break;
        step->run.reset();
    }
}

}  // namespace

void RunAside::shrink() {
    if (!session) return;
    if (session->forget_keyframes()) return weigh();
    auto saved = std::make_shared<SessionFile>(session->saved());
    saved->spec.experiment.run.speed = transport.speed;
    file = std::move(saved);
    session.reset();
    weigh();
}

std::optional<std::vector<Edit>> edits_between(const Spec& from, const Spec& to, const Edit& done) {
    std::vector<std::vector<Edit>> ways{{done}};
    if (const auto* parameter = std::get_if<SetParameter>(&done))
        ways.push_back(as_it_was(*parameter, to));
    if (std::holds_alternative<SwapOptimizers>(done))
        ways.emplace_back(from.lanes.size() - 1, SwapOptimizers{keeps_momentum(done)});
    std::vector<Edit> recipes;
    for (std::size_t i = 0; i < from.lanes.size() && i < to.lanes.size(); ++i)
        if (from.lanes[i] != to.lanes[i])
            recipes.push_back(SetLane{static_cast<int>(i), to.lanes[i]});
    ways.push_back(std::move(recipes));
    for (std::vector<Edit>& way : ways)
        if (lead(from, to, way)) return std::move(way);
    return {};
}

TakingBack UndoStack::names() const {
    TakingBack names;
    if (!done_.empty()) {
        names.undo = done_.back().what;
        names.undo_at = done_.back().at;
    }
    if (!undone_.empty()) {
        names.redo = undone_.back().what;
        names.redo_at = undone_.back().at;
    }
    return names;
}

bool UndoStack::merges(const Edit& edit, Clock::time_point now) const {
    const auto* parameter = std::get_if<SetParameter>(&edit);
    if (parameter == nullptr || done_.empty() || !undone_.empty()) return false;
    const SetParameter* last = parameter_of(done_.back().edit);
    return last != nullptr && last->path == parameter->path &&
           now - done_.back().at < longest_pause;
}

void UndoStack::merge(const Edit& edit, std::shared_ptr<const Spec> after, Clock::time_point now) {
    UndoStep& step = done_.back();
    // Dragged back to where it was, nothing was done.
    if (step.kind == UndoStep::Kind::edit && *step.before == *after) {
        done_.pop_back();
        return;
    }
    step.edit = edit;
    step.after = std::move(after);
    step.at = now;
    const std::vector<Mark> marks = marks_of(edit, 0, *step.before, *step.after);
    if (!marks.empty()) step.what = marks.front().event.text;
}

bool UndoStack::goes_back() const {
    return !done_.empty() && undone_.empty() && done_.back().kind == UndoStep::Kind::go_back;
}

void UndoStack::rename(std::string what, Clock::time_point now) {
    done_.back().what = std::move(what);
    done_.back().at = now;
}

void UndoStack::done(UndoStep step) {
    undone_.clear();
    give_undo(std::move(step));
}

std::optional<UndoStep> UndoStack::take_undo() {
    return take_last(done_);
}

std::optional<UndoStep> UndoStack::take_redo() {
    return take_last(undone_);
}

void UndoStack::give_undo(UndoStep step) {
    exact_ = exact_ || step.run;
    done_.push_back(std::move(step));
}

void UndoStack::give_redo(UndoStep step) {
    exact_ = exact_ || step.run;
    undone_.push_back(std::move(step));
}

void UndoStack::trained(std::int64_t step) {
    if (std::exchange(exact_, false)) {
        forget_exact_ways(done_);
        forget_exact_ways(undone_);
    }
    if (goes_back() && done_.back().run && step >= done_.back().run->step) done_.pop_back();
}

std::size_t UndoStack::bytes() const {
    std::size_t bytes = 0;
    for (const std::vector<UndoStep>* steps : {&done_, &undone_})
        for (const UndoStep& step : *steps)
            if (step.run) bytes += step.run->bytes;
    return bytes;
}

void UndoStack::keep_within(std::size_t bytes) {
    std::size_t held = this->bytes();
    for (std::vector<UndoStep>* steps : {&undone_, &done_})
        for (UndoStep& step : *steps)
            while (held > bytes && step.run && step.run->session) {
                held -= step.run->bytes;
                step.run->shrink();
                held += step.run->bytes;
            }
}

}  // namespace muonscope
