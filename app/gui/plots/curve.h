#pragma once

#include <limits>

#include "app/gui/plots/reduction.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"

// A reduced series as a curve: a line where it runs; where it runs to and fro within two pixels, or
// a row says so of the steps it stands for, a pale band from the smallest to the largest value and
// the line through the mean. So it costs what its shape costs, not what its samples would.
namespace muonscope::plots {

// `until`: as far as this bin, left of the range counting as one; the whole of it otherwise.
void draw_curve(gui::PanelContext& context, const Axes& plot, const Reduction& reduction,
                int channel, ImU32 colour, float thickness, Dash dash = Dash::solid,
                int until = std::numeric_limits<int>::max());

// As far as which bin, the one where they meet again included, a channel is more than `pixels` away
// from another, or has a gap where that has none or the other way round; 0: nowhere. `others`: the
// other channel in each bin, bins() + 2. Beyond it a line of the same colour need not be drawn
// twice.
int apart_until(const Axes& plot, const Reduction& reduction, int channel,
                std::span<const int> others, float pixels);

}  // namespace muonscope::plots
