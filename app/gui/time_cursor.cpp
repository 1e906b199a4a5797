#include "app/gui/time_cursor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/gui/awaited.h"
#include "app/gui/watched_run.h"
#include "app/gui/widgets.h"
#include "core/base/fault_text.h"
#include "core/session/past.h"

namespace muonscope::gui {
namespace {

bool is_of(const Snapshot& now, std::int64_t returns, std::int64_t step) {
    return step <= now.returns.standing(returns);
}

// Whether the copy still has the past that the run has.
bool is_good(const TimeCursor& cursor, const Snapshot& now) {
    return cursor.run && cursor.run->problem() == now.problem &&
           cursor.run->step() >= cursor.step &&
           is_of(now, cursor.run->returns().count(), cursor.step);
}

Work<> hand_over(std::shared_ptr<const Session> run, std::int64_t step,
                 Background<TimeCursor::Found>::Outlet outlet) {
    TimeCursor::Found found{step, run->returns().count(), nullptr};
    found.picture = co_await picture_of_past(std::move(run), step);
    outlet(std::move(found));
}

void take_copy(PanelContext& context, TimeCursor& cursor) {
    using namespace std::chrono_literals;
    if (!cursor.asked.valid()) {
        cursor.asked = context.copy_run();
        return;
    }
    if (cursor.asked.wait_for(0s) != std::future_status::ready) return;
    try {
        cursor.run = cursor.asked.get();
    } catch (const std::exception& fault) {
        say(context.view, "The past cannot be looked at: " + fault_text(fault), true);
        look_at_newest(context);
    }
}

void work_it_out(PanelContext& context, TimeCursor& cursor, const Snapshot& now) {
    for (TimeCursor::Found& found : cursor.work.take())
        if (is_of(now, found.returns, found.step)) cursor.found = std::move(found);
    if (!cursor.exact() && !cursor.work.busy()) {
        if (!is_good(cursor, now)) {
            cursor.run.reset();
            take_copy(context, cursor);
        }
        if (is_good(cursor, now))
            cursor.work.begin(context.workplace, [&](auto outlet) {
                return hand_over(cursor.run, cursor.step, std::move(outlet));
            });
    }
    context.view.working = context.view.working || !cursor.exact();
}

// Panels that keep states of the run show this one.
void show_in_watched_run(PanelContext& context, const TimeCursor& cursor) {
    WatchedRun& run = context.kept<WatchedRun>();
    run.see(*context.snapshot);
    if (!cursor.exact()) return;
    WatchedState state = watched_state(*cursor.found.picture);
    if (!state.lanes.empty()) run.look_at(std::move(state));
}

}  // namespace

bool has_past(const PanelContext& context) {
    return context.copy_run && context.snapshot != nullptr && context.snapshot->problem &&
           context.snapshot->step > 0;
}

void look_back_at(PanelContext& context, std::int64_t step) {
    if (!has_past(context)) return;
    if (step >= context.snapshot->step) {
        look_at_newest(context);
        return;
    }
    TimeCursor& cursor = context.kept<TimeCursor>();
    cursor.step = std::max<std::int64_t>(step, 0);
    cursor.problem = context.snapshot->problem;
    cursor.returns = context.snapshot->returns.count();
}

void look_further(PanelContext& context, std::int64_t steps) {
    if (!has_past(context)) return;
    const std::int64_t step = context.kept<TimeCursor>().step;
    look_back_at(context, (step < 0 ? context.snapshot->step : step) + steps);
}

void look_at_newest(PanelContext& context) {
    context.kept<WatchedRun>().follow_newest();
    if (context.kept<TimeCursor>().step >= 0) context.view.panels.forget<TimeCursor>();
}

void go_on_from_past(PanelContext& context) {
    const std::int64_t step = context.kept<TimeCursor>().step;
    if (step < 0 || context.snapshot == nullptr) return;
    const bool running = context.snapshot->can_pause();
    send(context, "step", step, RunTo{step});
    if (running) context.send(Start{});
    look_at_newest(context);
}

std::shared_ptr<const Snapshot> follow_past(PanelContext& context) {
    TimeCursor& cursor = context.kept<TimeCursor>();
    if (cursor.step < 0) return nullptr;
    const Snapshot* now = context.snapshot;
    if (now == nullptr || now->problem != cursor.problem || now->step <= cursor.step ||
        !is_of(*now, cursor.returns, cursor.step)) {
        look_at_newest(context);
        return nullptr;
    }
    work_it_out(context, cursor, *now);
    if (cursor.step < 0) return nullptr;
    if (cursor.shown == nullptr || cursor.serial != now->serial ||
        cursor.shown->past != cursor.step || cursor.made_of != cursor.found.picture) {
        cursor.serial = now->serial;
        cursor.made_of = cursor.found.picture;
        cursor.shown = as_it_was(*now, cursor.step, cursor.made_of.get());
        show_in_watched_run(context, cursor);
    }
    // What it draws is of the weights then; those of now are wanted as soon as it is followed
    // again.
    return cursor.shown;
}

}  // namespace muonscope::gui
