#pragma once

#include <string_view>

#include "app/gui/panel.h"
#include "app/gui/plots/chart.h"

// Charts over steps as the screen shows them, for paper.
namespace muonscope::plots {

// The steps and values that the plot of this value axis shows now.
void take_shown_range(const gui::PanelContext& context, std::string_view axis, Chart& chart);
// Behind its curves every other phase, in front of them the marks of events, of the ends of phases
// and of published runs, and the step that is looked at. Of one lane, or of all where lane < 0.
void add_step_marks(const gui::PanelContext& paper, int lane, Chart& chart);

// What a colour of one theme is in another: those that have a meaning, whatever their opacity.
ImVec4 same_colour_in(const gui::Theme& other, const gui::Theme& theme, const ImVec4& colour);

}  // namespace muonscope::plots
