#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/gui/panel.h"
#include "app/gui/watched_run.h"

// Which state is drawn, the same one in all panels that draw weights or what a step did to them.
namespace muonscope::gui {

// Whose state a picture is of.
struct StateName {
    std::string lane;        // its name then
    std::int64_t step = 0;   // of the weights
    bool with_step = false;  // it goes without saying of the newest, unless the lane is lost

    std::string text() const;  // "SGD"; "SGD, step 140"
    bool operator==(const StateName&) const = default;
};

// A lane as it is to be drawn.
struct DrawnLane {
    StateName name;
    bool past = false, lost = false;
    std::shared_ptr<const std::vector<Matrix>> weights;  // null: the trainer has not sent any yet
    std::shared_ptr<const SeenMove> move;                // null: likewise; of the past: nobody saw
    const Phase* phase = nullptr;  // that takes the next step, as it was set then; null: none
};

// Sees the snapshot. Whoever draws a state calls it first, in each frame; while nobody does,
// nothing is kept.
WatchedRun& watch_run(PanelContext& context);
DrawnLane drawn_lane(const PanelContext& context, std::size_t lane);
DrawnLane newest_lane(const PanelContext& context, std::size_t lane);
// Of the run, for names of files; −1: the newest is drawn.
std::int64_t past_step(const PanelContext& context);

// What is said where a step of the past has no move.
inline constexpr const char* move_not_kept = "step not kept";

}  // namespace muonscope::gui
