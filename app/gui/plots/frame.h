#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "app/gui/panel.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "imgui.h"

// Plots over steps: one step axis for all of them, a value axis each, curves reduced to pixels.
namespace muonscope::plots {

// Panels that draw plots; keys of what they remember.
enum PanelKey {
    singular_values_key,
    heatmap_key,
    loss_key,
    probe_key,
    fidelity_key,
    preservation_key,
    condition_key,
    ratio_key,
    weight_norm_key,
    update_along_key,
    update_across_key,
    rate_key
};

// Once a frame, by whichever plot comes first: moves the shared step axis on.
void begin_frame(gui::PanelContext& context);

Dash lane_dash(int lane);

// What a plot's value axis should show.
struct ValueRange {
    double min = 0, max = 1;  // values
    AxisScale scale;
    bool at_floor = false;  // some value lies on the floor: draw and label it
};
// Round limits around [low, high]. Linear: from zero unless values are negative.
ValueRange linear_range(double low, double high);
// The same without zero: as near as round limits come.
ValueRange near_range(double low, double high);
// smallest: the smallest value above zero; shows at most `decades` below `high`.
ValueRange log_range(double smallest, double high, bool has_zero, int decades);

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
    int panel = 0;  // PanelKey: plots of one panel share their value axis
    ImVec2 size;    // of the whole, labels included
    bool value_labels = true;
    bool step_label = true;  // the word "step" under the axis
};

// Moves a panel's value axis towards a range, unless the user chose another; once a frame.
void follow_values(gui::PanelContext& context, int panel, const ValueRange& range);
// Its ticks for a plot area of this height, the floor's label among them.
Ticks value_ticks(gui::PanelContext& context, int panel, float height);
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

void draw_level(const StepPlot& plot, double value, ImU32 colour, float thickness, float on,
                float off);
// Dotted levels, one quad each however many dots it has; NaN: none.
void draw_levels(gui::PanelContext& context, const StepPlot& plot, std::span<const double> values,
                 ImU32 colour);
// Marks of events (of this lane, or of all lanes when lane < 0), of the ends of phases, and of the
// step under the mouse.
void draw_marks(gui::PanelContext& context, const StepPlot& plot, int lane);

// A small card beside the mouse: a title, then a swatch, a name and a value a row.
struct ReadoutRow {
    std::string name, value;
    ImVec4 colour;
};
void draw_readout(gui::PanelContext& context, const std::string& title,
                  std::span<const ReadoutRow> rows);
void draw_dot(const gui::PanelContext& context, const StepPlot& plot, double step, double value,
              const ImVec4& colour);

// The sample of a history nearest to a step; size() when there is none.
std::size_t nearest_sample(const HistoryView& history, double step);

}  // namespace muonscope::plots
