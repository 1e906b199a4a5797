#pragma once

#include <string>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/cell_blocks.h"
#include "app/gui/plots/chart.h"

namespace muonscope::plots {

// A matrix as coloured squares: a picture by the renderer's heatmap, a texel an entry; where there
// are more entries than pixels, a texel for each square of several (cell_blocks.h).
void draw_cells(gui::PanelContext& context, const Axes& axes, const Cells& cells);

// Which entries these axes show, and how many across stand in one texel.
CellBlocks blocks_shown(const Axes& axes, const Matrix& values);

// What the picture of a plot is called, see Renderer::picture.
std::string cells_picture(const Axes& axes);

}  // namespace muonscope::plots
