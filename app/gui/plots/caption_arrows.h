#pragma once

#include <cstddef>
#include <vector>

#include "app/gui/plots/step_plot.h"
#include "core/experiment/preset_caption.h"

namespace muonscope::plots {

// Where an arrow points: the first recorded step at which what it speaks of has happened, and what
// the channel that it points at was then.
struct ArrowPlace {
    const Arrow* arrow = nullptr;
    std::size_t channel = 0;  // in a row
    double step = 0, value = 0;
};
// Of the preset that runs, those whose time has come; none where captions are put away.
std::vector<ArrowPlace> arrow_places(gui::PanelContext& context);

// Those of them that point at what this plot of a lane (of all lanes when lane < 0) draws:
// `channels` places of a row from `first` on.
void draw_caption_arrows(gui::PanelContext& context, const Axes& plot, int lane, std::size_t first,
                         int channels);

}  // namespace muonscope::plots
