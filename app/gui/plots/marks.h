#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/gui/plots/step_plot.h"

namespace muonscope::plots {

struct StepMark {
    std::int64_t step = 0;
    std::string text;
    bool dashed = false;         // the end of a phase
    bool begins_series = false;  // those of one series come from left to right
};
// Events of this lane (of all where lane < 0) and where lanes diverged, then the ends of phases.
std::vector<StepMark> step_marks(const Snapshot& snapshot, int lane);

// Marks of events (of this lane, or of all lanes when lane < 0), of the ends of phases, and of the
// step under the mouse.
void draw_marks(gui::PanelContext& context, const Axes& plot, int lane);

}  // namespace muonscope::plots
