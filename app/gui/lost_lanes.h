#pragma once

#include <string>

#include "app/gui/panel.h"

// Lanes that have diverged, or are about to: what is said of them, and the ways on.
namespace muonscope::gui {

// A lane's name, and the step of its picture where that is not the newest: "SGD, step 17".
std::string name_and_step(const LaneSnapshot& lane);

// What the line at the bottom has to say: the trainer's last word (an error, a command refused, a
// session whose bits differ), and what happened to every lane that diverged. Empty: all is well.
std::string trouble(const Snapshot& snapshot);

// Two buttons in a row, no taller than a line: lower the rate of this lane and go on from the last
// sound step, or start over. `width`: that they take.
float ways_on_width();
void ways_on(PanelContext& context, int lane);

}  // namespace muonscope::gui
