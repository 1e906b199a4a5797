#pragma once

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"

namespace muonscope::plots {

// A matrix as coloured squares. Where all of it is shown it is one picture, painted once for what
// it is painted of; else, and where that is too large, a rectangle an entry.
void draw_cells(gui::PanelContext& context, const Axes& axes, const Cells& cells);

}  // namespace muonscope::plots
