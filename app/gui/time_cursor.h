#pragma once

#include <cstdint>
#include <future>
#include <memory>

#include "app/gui/panel.h"
#include "core/session/background.h"

namespace muonscope {
class Session;
}

namespace muonscope::gui {

// A step of the run's past that every panel shows, while training goes on. It is worked out beside
// the frames, to the bit; until it is there, its newest recorded rows stand for it.
struct TimeCursor {
    std::int64_t step = -1;  // -1: the newest is shown

    // The run that the step is of.
    std::shared_ptr<const Problem> problem;
    std::int64_t returns = 0;  // see Returns

    // A copy of it, as it was when it was asked for.
    std::future<std::shared_ptr<const Session>> asked;
    std::shared_ptr<const Session> run;

    struct Found {
        std::int64_t step = -1;
        std::int64_t returns = 0;
        std::shared_ptr<const Snapshot> picture;
    };
    Background<Found> work;
    Found found;

    // What is shown, and what it was made of.
    std::shared_ptr<const Snapshot> shown;
    std::uint64_t serial = 0;
    std::shared_ptr<const Snapshot> made_of;

    bool exact() const { return found.step == step; }
};

// Whether there is a run whose past can be looked at.
bool has_past(const PanelContext& context);
// Everything shows this step from now on; the newest where it is not of the past.
void look_back_at(PanelContext& context, std::int64_t step);
// So many steps from what is shown; in front of the newest one the newest is followed.
void look_further(PanelContext& context, std::int64_t steps);
void look_at_newest(PanelContext& context);
// The training goes on from the step that is looked at.
void go_on_from_past(PanelContext& context);

// Once a frame, of the newest snapshot: what panels are to show, null for that itself.
std::shared_ptr<const Snapshot> follow_past(PanelContext& context);

// The whole run as a line with its marks, to be dragged over.
void draw_time_line(PanelContext& context);

}  // namespace muonscope::gui
