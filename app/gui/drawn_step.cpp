#include "app/gui/drawn_step.h"

#include <fmt/format.h>

#include "app/gui/current_phase.h"

namespace muonscope::gui {
namespace {

const WatchedRun& run_of(const PanelContext& context) {
    return context.kept<WatchedRun>();
}

}  // namespace

std::string StateName::text() const {
    return with_step ? fmt::format("{}, step {}", lane, step) : lane;
}

WatchedRun& watch_run(PanelContext& context) {
    WatchedRun& run = context.kept<WatchedRun>();
    run.see(*context.snapshot);
    return run;
}

DrawnLane drawn_lane(const PanelContext& context, std::size_t lane) {
    const WatchedState* past = run_of(context).past();
    if (past != nullptr && lane < past->lanes.size()) {
        const WatchedState::Lane& of = past->lanes[lane];
        return {{of.name, of.step, true},
                true,
                of.lost,
                of.weights,
                of.move,
                past->spec ? phase_of(*past->spec, lane, of.phase) : nullptr};
    }
    return newest_lane(context, lane);
}

DrawnLane newest_lane(const PanelContext& context, std::size_t lane) {
    const Snapshot& snapshot = *context.snapshot;
    const LaneSnapshot& of = snapshot.lanes[lane];
    const std::int64_t step = of.lost() ? of.now_step : of.step;
    return {{of.name, step, of.lost()},
            false,
            of.lost(),
            of.weights,
            of.move,
            snapshot.spec ? phase_of(*snapshot.spec, lane, next_phase(of)) : nullptr};
}

std::int64_t past_step(const PanelContext& context) {
    const WatchedState* past = run_of(context).past();
    return past == nullptr ? -1 : past->step;
}

}  // namespace muonscope::gui
