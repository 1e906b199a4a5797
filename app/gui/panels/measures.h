#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/panel.h"
#include "core/experiment/channels.h"

// The panel of measures: a table of numbers, and those of them that have a plot over steps.
namespace muonscope::gui {

// One number over steps in a plot of its own.
struct MeasurePlot {
    Channel channel = Channel::loss;
    int source = 0;  // of the product 0, of layer l; of the whole 0
    bool logarithmic = false;
    std::optional<std::pair<int, int>> gap = {};  // of two lanes, not all lanes' curves

    bool operator==(const MeasurePlot&) const = default;
};
// As it is kept: "flatness_h 2 log gap 0 1", the channel's column first. None for a text that is no
// plot of this program's.
std::string to_text(const MeasurePlot& plot);
std::optional<MeasurePlot> measure_plot(const std::string& text);

struct MeasuresChoices {
    int source = 0;           // 0: product; l: layer l
    bool over_steps = false;  // where there is no room for numbers and plots side by side
    std::vector<std::string> plots{"relative_error log", "flatness_h"};
};

// One of each number, the others left out.
std::vector<MeasurePlot> plots_of(const MeasuresChoices& choices);
// What a number of the table is of: the source where its channel has one for each, else 0.
int source_of(Channel channel, int source);
// "flatness H, layer 2"
std::string measure_title(const Layout& layout, Channel channel, int source);
bool is_plotted(const MeasuresChoices& choices, Channel channel, int source);
// Gives it a plot, the last of all, or takes that away.
void toggle_plot(MeasuresChoices& choices, Channel channel, int source);

// A row of the table that is being dragged, and where it may be dropped: after the item that a plot
// is to come to.
void drag_measure(const std::string& title, Channel channel, int source);
bool is_measure_dragged();
void take_dropped_measure(MeasuresChoices& choices);

// All plots in the room that is left, below one another where they would be too small.
void draw_measure_plots(PanelContext& context, ImVec2 room);

}  // namespace muonscope::gui
