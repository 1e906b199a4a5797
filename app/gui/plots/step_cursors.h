#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/readout.h"
#include "core/session/level_crossing.h"

// What is measured in plots over steps: two cursors, A and B, at the same steps of all plots, and a
// level of one of them with the first step at which each curve crosses it. Escape takes them away.
namespace muonscope::plots {

// A curve, as far as these ask for it.
struct Measured {
    std::string name;
    ImVec4 colour;
    // The recorded step nearest to one, and the value there; NaN: none.
    std::function<std::pair<double, double>(double step)> at;
    // The first step across a level, the value of its row, and whether it goes below.
    struct Across {
        LevelCrossing step;
        double value = 0;
        bool below = true;
    };
    std::function<Across(double level)> across;
};
// A channel of a lane's history.
Measured measured(const LaneSnapshot& lane, std::string name, const ImVec4& colour,
                  std::size_t channel);

// Within begin and end of a step plot, after its curves: lines, flags and words; the cursors can be
// dragged. Over the plot A and B put a cursor under the mouse, X a level.
//   axis  name of its value axis
// True where a cursor is under the mouse, which then is on the plot and does not hover it.
bool draw_measurements(gui::PanelContext& context, const Axes& plot, std::string_view axis,
                       const std::vector<Measured>& curves);
// What they say of the curves, below the rows of a read-out.
void add_measurements(gui::PanelContext& context, std::string_view axis,
                      const std::vector<Measured>& curves, std::vector<ReadoutRow>& rows);
// The same on paper: a line each.
void mark_measurements(const gui::PanelContext& paper, std::string_view axis, Chart& chart);
// The rows of the plot's menu.
void measurements_menu(gui::PanelContext& context, std::string_view axis);

}  // namespace muonscope::plots
