#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "app/gui/panel.h"
#include "app/gui/plots/axes.h"
#include "app/gui/plots/chart.h"

// Charts on the screen, with axes of their own: zoomed, read and exported like every other plot.
namespace muonscope::plots {

struct ChartOptions {
    const char* id = "";  // of the plot area; its ranges are kept by this name
    // Or by these: plots that say the same move together.
    const char *across = "", *up = "";
    const char* name = "";  // of exported files
    ImVec2 size = {};       // of the whole, labels included
    bool drags = false;     // what a drag does is the panel's own
    bool inside = false;    // labels, small, within a frame that is as large as `size`
    bool small = false;     // small labels beside a frame that has the rest of `size`
    bool labels = true;
    std::int64_t step = -1;  // that is drawn, for names of files; −1: the newest
};

// What small labels take below a frame.
float small_label_height();

// Takes the size at the cursor. False when there is no room. Else draw the marks and what is the
// panel's own, then end.
bool begin_chart(gui::PanelContext& context, const ChartOptions& options, const Chart& chart,
                 Axes& axes);
void draw_marks(gui::PanelContext& context, const Axes& axes, const Chart& chart);
void end_chart(gui::PanelContext& context, const Axes& axes);
// Everything again.
void fit_chart(gui::PanelContext& context, const ChartOptions& options);
inline void fit_chart(gui::PanelContext& context, const char* id) {
    fit_chart(context, ChartOptions{.id = id});
}
// The chart with the ranges that the plot shows.
Chart as_shown(const gui::PanelContext& context, const ChartOptions& options, Chart chart);
inline Chart as_shown(const gui::PanelContext& context, const char* id, Chart chart) {
    return as_shown(context, ChartOptions{.id = id}, std::move(chart));
}

// The menu of one chart. `describe` says it anew for paper, whose theme is the light one; what is
// exported is what is shown. `tabled`: the chart whose values the table has, where that is another.
using DescribedChart = std::function<Chart(const gui::PanelContext&)>;
void chart_menu(gui::PanelContext& context, const ChartOptions& options, const Axes& axes,
                const DescribedChart& describe, const DescribedChart& tabled = {});

// A dot as those of read-outs are.
void draw_point(const gui::PanelContext& context, const Axes& axes, double x, double y,
                const ImVec4& colour);

}  // namespace muonscope::plots
