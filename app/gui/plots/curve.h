#pragma once

#include "app/gui/plots/frame.h"

// A reduced series as a curve: a line where it runs, a band where it runs to and fro within two
// pixels. So it costs what its shape costs, not what its samples would.
namespace muonscope::plots {

void draw_curve(gui::PanelContext& context, const StepPlot& plot, const Reduction& reduction,
                int channel, ImU32 colour, float thickness, Dash dash = Dash::solid);

// Whether two channels are ever more than `pixels` apart, or one has a gap where the other has
// none: if not, a line of the same colour need not be drawn twice.
bool apart(const StepPlot& plot, const Reduction& reduction, int channel, int other, float pixels);

}  // namespace muonscope::plots
