#pragma once

#include <cstddef>

#include "app/gui/plots/step_plot.h"

namespace muonscope::plots {

// The arrows of the preset that runs, where this plot of a lane (of all lanes when lane < 0) draws
// what they point at: `channels` places of a row from `first` on. Each from the step on at which
// what it speaks of has happened; none where captions are put away.
void draw_caption_arrows(gui::PanelContext& context, const Axes& plot, int lane, std::size_t first,
                         int channels);

}  // namespace muonscope::plots
