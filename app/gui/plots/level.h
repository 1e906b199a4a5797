#pragma once

#include <span>

#include "app/gui/plots/step_plot.h"

// Levels: broken and dotted lines over all steps.
namespace muonscope::plots {

void draw_level(const Axes& plot, double value, ImU32 colour, float thickness, float on, float off);
// Dotted levels, one quad each however many dots it has; NaN: none.
void draw_levels(gui::PanelContext& context, const Axes& plot, std::span<const double> values,
                 ImU32 colour);

}  // namespace muonscope::plots
