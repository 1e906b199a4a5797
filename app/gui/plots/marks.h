#pragma once

#include "app/gui/plots/step_plot.h"

namespace muonscope::plots {

// Marks of events (of this lane, or of all lanes when lane < 0), of the ends of phases, and of the
// step under the mouse.
void draw_marks(gui::PanelContext& context, const Axes& plot, int lane);

}  // namespace muonscope::plots
