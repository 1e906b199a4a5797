#pragma once

#include <string_view>

#include "app/gui/panel.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/ticks.h"
#include "imgui.h"

// Plots over steps: one step axis for all of them, a value axis each, curves reduced to pixels.
namespace muonscope::plots {

struct StepPlot {
    ImVec2 position, extent;  // of the plot area, pixels
    double x_min, x_max;      // steps
    double y_min, y_max;      // positions
    AxisScale scale;
    bool hovered = false;

    float pixel_x(double step) const {
        return position.x + static_cast<float>((step - x_min) / (x_max - x_min)) * extent.x;
    }
    float pixel_y(double value) const {
        return position.y +
               static_cast<float>((y_max - scale.forward(value)) / (y_max - y_min)) * extent.y;
    }
};

struct StepPlotOptions {
    const char* id = "";
    std::string_view axis = {};  // name of the value axis; plots may share one
    ImVec2 size;                 // of the whole, labels included
    bool value_labels = true;
    bool step_label = true;  // the word "step" under the axis
};

// The pixels that labels take to the left of a plot area; the same for most ranges, so that plots
// do not shift sideways while numbers change.
float label_width(const Ticks& ticks);
float side_padding();  // left and right of the whole
float label_height();  // below it, the word "step" included
// The range that curves are reduced over and its bins for a plot area of this width: the whole axis
// that the run is followed to, so that easing towards it reduces nothing anew.
struct CurveBins {
    double min = 0, max = 1;
    int count = 1;
};
CurveBins curve_bins(const gui::PanelContext& context, float width);

// False when there is no room. Between begin and end: draw with the functions below.
bool begin_step_plot(gui::PanelContext& context, const StepPlotOptions& options, const Ticks& ticks,
                     StepPlot& plot);
void end_step_plot(gui::PanelContext& context, const StepPlotOptions& options, StepPlot& plot);

}  // namespace muonscope::plots
