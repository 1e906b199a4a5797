#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/step_plot.h"

// One quantity over steps, all lanes in one plot: colour and dash tell them apart.
namespace muonscope::plots {

// What theory says of a lane, as a dotted line in front of it.
struct TheoryCurve {
    std::string name;  // on paper
    std::vector<double> steps, values;
};

struct LanePlot {
    std::string_view axis = {};  // name of the value axis
    const char* id = "";
    const char* name = "";  // of exported files
    std::size_t first_channel = 0;
    int channels = 1;
    int curve = 0;              // index of the drawn channel among them
    int floor = -1;             // index of one drawn thin and dotted beneath, < 0: none
    bool floor_counts = false;  // the axis shows all of it; else down to the curves' decade
    std::optional<std::size_t> beneath = {};  // likewise drawn, a channel of any place
    const char* floor_name = "floor";         // in the legend
    float indent = 0;                         // of the legend's first line: what stands before it
    bool holds_all = false;                   // the axis has room for all channels, drawn or not
    bool legend = true;                       // else the panel has one for several plots
    std::vector<double> levels;               // dotted, over all steps
    std::vector<TheoryCurve> theory;
    double ends_at = INFINITY;  // linear axes: no value lies beyond
    bool logarithmic = true;
    bool from_zero = true;  // linear axes: begin at zero
    int decades = 12;       // shown at most
    std::string awaited;    // what is said as long as there is nothing
    // What the read-out says of a lane beside the curve's value.
    std::function<std::string(const LaneSnapshot&, std::size_t sample)> detail;
};

// What a legend says of theory.
KeyRow theory_key(const gui::Theme& theme);

void draw_lane_plot(gui::PanelContext& context, const LanePlot& what);
// The same below a dim line of words, in a child of its own at the cursor.
void draw_titled_lane_plot(gui::PanelContext& context, const char* title, const char* help,
                           const LanePlot& what, ImVec2 room);

}  // namespace muonscope::plots
