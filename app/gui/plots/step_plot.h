#pragma once

#include <string_view>

#include "app/gui/panel.h"
#include "app/gui/plots/axes.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/ticks.h"
#include "imgui.h"

// Plots over steps: one step axis for all of them, a value axis each, curves reduced to pixels.
namespace muonscope::plots {

struct StepPlotOptions {
    const char* id = "";
    std::string_view axis = {};  // name of the value axis; plots may share one
    ImVec2 size;                 // of the whole, labels included
    bool value_labels = true;
    bool step_label = true;  // the word "step" under the axis
};

float side_padding();  // left and right of the whole
float label_height();  // below it, the word "step" included
// The range that curves on this value axis are reduced over and its bins for a plot area of this
// width: the whole axis that the run is followed to, so that easing towards it reduces nothing
// anew.
Bins curve_bins(const gui::PanelContext& context, std::string_view axis, float width);

// False when there is no room. Between begin and end: draw with the functions below.
bool begin_step_plot(gui::PanelContext& context, const StepPlotOptions& options, const Ticks& ticks,
                     Axes& plot);
void end_step_plot(gui::PanelContext& context, const Axes& plot);
// Follows the run again, and the values of this axis.
void follow_everything(gui::PanelContext& context, std::string_view axis);

}  // namespace muonscope::plots
