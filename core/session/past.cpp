#include "core/session/past.h"

#include <algorithm>
#include <chrono>

#include "core/session/pacer.h"

namespace muonscope {

Work<std::shared_ptr<const Snapshot>> picture_of_past(std::shared_ptr<const Session> run,
                                                      std::int64_t step) {
    constexpr double stretch_seconds = 0.01;
    Session past = *run;
    run.reset();
    past.rewind(step);
    WorkerPool pool(1);
    StretchLength stretch(stretch_seconds);
    while (past.step() < step && !past.ended()) {
        const std::int64_t from = past.step();
        const auto began = Clock::now();
        past.advance_to(std::min(step, from + stretch.steps()), pool);
        stretch.took(past.step() - from,
                     std::chrono::duration<double>(Clock::now() - began).count());
        co_await pause();
    }
    co_return past.snapshot({.show = Session::Show::what_is_sound, .hashed = true});
}

std::shared_ptr<const Snapshot> as_it_was(const Snapshot& now, std::int64_t step,
                                          const Snapshot* then) {
    auto picture = std::make_shared<Snapshot>(now);
    picture->past = step;
    const bool whole = then != nullptr && then->lanes.size() == now.lanes.size();
    for (std::size_t i = 0; i < picture->lanes.size(); ++i) {
        LaneSnapshot& lane = picture->lanes[i];
        lane.now_low.clear();
        lane.now_high.clear();
        lane.state_hash.reset();
        if (whole) {
            const LaneSnapshot& was = then->lanes[i];
            lane.name = was.name;
            lane.weights = was.weights;
            lane.move = was.move;
            lane.phase = was.phase;
            lane.phase_steps = was.phase_steps;
            if (then->step == step) {
                lane.now = was.now;
                lane.now_step = was.now_step;
                lane.state_hash = was.state_hash;
                continue;
            }
        }
        const std::size_t row = lane.history.find(step);
        if (row == lane.history.size()) continue;
        lane.now.assign(lane.history.row(row).begin(), lane.history.row(row).end());
        lane.now_step = lane.history.step(row);
    }
    return picture;
}

}  // namespace muonscope
