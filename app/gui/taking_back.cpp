#include "app/gui/taking_back.h"

#include "app/gui/awaited.h"
#include "app/gui/model_weights.h"
#include "app/gui/preferences.h"
#include "app/gui/time_cursor.h"
#include "app/gui/widgets.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace muonscope::gui {
namespace {

using Time = std::chrono::steady_clock::time_point;
using Choice = std::variant<bool, int, double, std::vector<std::string>>;
using Choices = std::map<std::string, Choice>;  // by name, as they are remembered

// Some choices at once, before and after.
struct ChoiceChange {
    std::string what;
    Choices before, after;
    Time at{};
};

struct ChoiceChanges {
    Choices last;  // as they were looked at; empty: not yet
    std::vector<ChoiceChange> done, undone;
    int frames = 0;  // until they are looked at again
};

// A model's edits are taken back in its panel; which file and matrix is shown, and what was asked
// of it, is content rather than view.
bool is_view(std::string_view name) {
    return !name.starts_with("model") && !name.starts_with("talk") && !name.starts_with("where");
}

Choices choices_of(PanelContext& context) {
    Choices choices;
    for (const Remembered& choice : all_remembered(context.preferences))
        if (is_view(choice.name))
            std::visit([&](const auto* value) { choices.emplace(choice.name, *value); }, choice.at);
    return choices;
}

void set(PanelContext& context, const Choices& choices) {
    for (const Remembered& choice : all_remembered(context.preferences)) {
        const auto found = choices.find(choice.name);
        if (found == choices.end()) continue;
        std::visit(
            [&](auto* value) { *value = std::get<std::decay_t<decltype(*value)>>(found->second); },
            choice.at);
    }
}

std::string words_of(const std::string& name, const Choice& after) {
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (const bool* on = std::get_if<bool>(&after)) return words + (*on ? " on" : " off");
    return words;
}

void note(ChoiceChanges& changes, Choices now) {
    ChoiceChange change;
    for (const auto& [name, value] : now) {
        const auto before = changes.last.find(name);
        if (before == changes.last.end() || before->second == value) continue;
        if (change.what.empty()) change.what = "view: " + words_of(name, value);
        change.before.insert(*before);
        change.after.emplace(name, value);
    }
    changes.last = std::move(now);
    if (change.after.empty()) return;
    change.at = std::chrono::steady_clock::now();
    changes.done.push_back(std::move(change));
    changes.undone.clear();
}

bool hand_at_work() {
    const ImGuiIO& io = ImGui::GetIO();
    for (const bool released : io.MouseReleased)
        if (released) return true;
    if (io.MouseWheel != 0) return true;
    for (int key = ImGuiKey_NamedKey_BEGIN; key < ImGuiKey_NamedKey_END; ++key)
        if (ImGui::IsKeyPressed(static_cast<ImGuiKey>(key), false)) return true;
    return false;
}

bool in_model_weights() {
    const ImGuiWindow* focused = ImGui::GetCurrentContext()->NavWindow;
    return focused != nullptr && std::string_view(focused->RootWindow->Name) == "Model weights";
}

TakingBack of_run(const PanelContext& context) {
    return context.snapshot != nullptr ? context.snapshot->taking_back : TakingBack{};
}

enum class Whose { nobody, run, view, model };

Whose whose_undo(const PanelContext& context) {
    if (in_model_weights() && !context.kept<ModelWeights>().undo.empty()) return Whose::model;
    const TakingBack run = of_run(context);
    const auto& view = context.kept<ChoiceChanges>().done;
    if (!view.empty() && (run.undo.empty() || view.back().at > run.undo_at)) return Whose::view;
    return run.undo.empty() ? Whose::nobody : Whose::run;
}

Whose whose_redo(const PanelContext& context) {
    if (in_model_weights() && !context.kept<ModelWeights>().redo.empty()) return Whose::model;
    const TakingBack run = of_run(context);
    const auto& view = context.kept<ChoiceChanges>().undone;
    if (!view.empty() && (run.redo.empty() || view.back().at > run.redo_at)) return Whose::view;
    return run.redo.empty() ? Whose::nobody : Whose::run;
}

void turn(PanelContext& context, std::vector<ChoiceChange>& from, std::vector<ChoiceChange>& to,
          bool back) {
    ChoiceChange change = std::move(from.back());
    from.pop_back();
    set(context, back ? change.before : change.after);
    change.at = std::chrono::steady_clock::now();
    to.push_back(std::move(change));
    context.kept<ChoiceChanges>().last = choices_of(context);
}

}  // namespace

std::string to_take_back(const PanelContext& context) {
    switch (whose_undo(context)) {
        case Whose::nobody:
            break;
        case Whose::run:
            return of_run(context).undo;
        case Whose::view:
            return context.kept<ChoiceChanges>().done.back().what;
        case Whose::model:
            return "edits of the model";
    }
    return {};
}

std::string to_do_again(const PanelContext& context) {
    switch (whose_redo(context)) {
        case Whose::nobody:
            break;
        case Whose::run:
            return of_run(context).redo;
        case Whose::view:
            return context.kept<ChoiceChanges>().undone.back().what;
        case Whose::model:
            return "edits of the model";
    }
    return {};
}

void take_back(PanelContext& context) {
    const std::string what = to_take_back(context);
    ChoiceChanges& changes = context.kept<ChoiceChanges>();
    switch (whose_undo(context)) {
        case Whose::nobody:
            say(context.view, "There is nothing to take back");
            return;
        case Whose::run:
            context.send(Undo{});
            forget_awaited(context.view, "step");
            break;
        case Whose::view:
            turn(context, changes.done, changes.undone, true);
            break;
        case Whose::model:
            undo_stack(context, context.kept<ModelWeights>());
            return;
    }
    say(context.view, "Taken back: " + what);
}

void do_again(PanelContext& context) {
    const std::string what = to_do_again(context);
    ChoiceChanges& changes = context.kept<ChoiceChanges>();
    switch (whose_redo(context)) {
        case Whose::nobody:
            say(context.view, "There is nothing to do again");
            return;
        case Whose::run:
            context.send(Redo{});
            forget_awaited(context.view, "step");
            break;
        case Whose::view:
            turn(context, changes.undone, changes.done, false);
            break;
        case Whose::model:
            redo_stack(context, context.kept<ModelWeights>());
            return;
    }
    say(context.view, "Done again: " + what);
}

// What a hand does is done a frame or two after it let go.
void note_choices(PanelContext& context) {
    constexpr int frames_after = 3;
    ChoiceChanges& changes = context.kept<ChoiceChanges>();
    if (changes.last.empty()) changes.last = choices_of(context);
    if (hand_at_work()) changes.frames = frames_after;
    if (changes.frames == 0 || ImGui::IsAnyItemActive()) return;
    context.view.animating = true;  // a frame more, to look in
    if (--changes.frames == 0) note(changes, choices_of(context));
}

}  // namespace muonscope::gui
