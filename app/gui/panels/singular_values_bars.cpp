#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Singular values of one matrix at the newest step, a bar a lane, the target's as marks.
namespace muonscope::gui {

namespace {

using namespace plots;

// The newest numbers of one lane's modes; empty when not measured.
std::vector<double> newest(const LaneSnapshot& lane, const Modes& modes) {
    std::vector<double> values;
    if (modes.first + static_cast<std::size_t>(modes.count) > lane.now.size()) return values;
    for (int k = 0; k < modes.count; ++k)
        values.push_back(lane.now[modes.first + static_cast<std::size_t>(k)]);
    if (std::none_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
        values.clear();
    return values;
}

// By lane, as many as are shown, and the targets beside them: NaN where there is none.
struct LaneBars {
    std::vector<std::vector<double>> lanes;
    std::vector<double> targets;
    Extent extent;
    std::size_t count = 0;
};

LaneBars bars_of(const PanelContext& context, const Modes& modes) {
    const Snapshot& snapshot = *context.snapshot;
    const SingularValuesChoices& chosen = context.chosen<SingularValuesChoices>();
    LaneBars bars;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        bars.lanes.push_back(newest(lane, modes));
        bars.count = std::max(bars.count, bars.lanes.back().size());
        for (const double value : bars.lanes.back()) bars.extent.add(value);
    }
    const bool levels = snapshot.problem && chosen.levels;
    for (std::size_t k = 0; k < bars.count; ++k)
        bars.targets.push_back(
            levels ? target_level(*snapshot.problem, chosen.source, static_cast<int>(k))
                   : std::nan(""));
    return bars;
}

// The floor's own label, and those that are clear of it.
Ticks with_floor(double floor, double max, int wanted) {
    Ticks ticks;
    ticks.add(floor, "≤ " + power_of_ten(static_cast<int>(std::lround(std::log10(floor)))));
    const Ticks above = log_ticks(floor, max, wanted);
    for (int i = 0; i < above.count; ++i) {
        const std::size_t at = i;
        if (above.values[at] > 1.5 * floor) ticks.add(above.values[at], above.labels[at].data());
    }
    return ticks;
}

ChartAxis value_axis(const LaneBars& bars, bool logarithmic) {
    double high = std::max(bars.extent.high, 0.0);
    if (!std::isnan(bars.targets[0])) high = std::max(high, bars.targets[0]);
    const ValueRange range = logarithmic
                                 ? log_range(bars.extent.smallest, high, bars.extent.has_zero(), 6)
                                 : linear_range(std::min(bars.extent.low, 0.0), high);
    ChartAxis axis{range.min, range.max, logarithmic};
    if (!range.at_floor) return axis;
    axis.floor = range.scale.floor;
    axis.ticks = [floor = axis.floor](double min, double max, float length) {
        const int wanted = std::clamp(static_cast<int>(length / em(2)), 2, 8);
        return min <= floor ? with_floor(floor, max, wanted) : log_ticks(min, max, wanted);
    };
    return axis;
}

// Of singular values 1, 2, …, each below the middle of its slot of width 1.
Ticks index_ticks(double min, double max, float length) {
    Ticks ticks;
    const double per_label = static_cast<double>(em(1.6F) / length) * (max - min);
    const int stride = std::max(1, static_cast<int>(std::ceil(per_label)));
    for (int k = 0; k < most_modes; k += stride)
        if (k + 0.5 >= min && k + 0.5 <= max) ticks.add(k + 0.5, fmt::format("{}", k + 1));
    return ticks;
}

// Every second lane is outlined, not filled: never colour alone.
Bars bars_of_lane(const PanelContext& context, const LaneBars& bars, std::size_t lane) {
    const auto lanes = static_cast<double>(bars.lanes.size());
    Bars drawn;
    drawn.name = context.snapshot->lanes[lane].name;
    drawn.colour = context.theme.lane(static_cast<int>(lane));
    drawn.outlined = lane % 2 == 1;
    drawn.at_least_a_line = true;
    drawn.index.name = "index";
    for (std::size_t k = 0; k < bars.lanes[lane].size(); ++k) {
        const double from =
            static_cast<double>(k) + 0.11 + 0.78 * static_cast<double>(lane) / lanes;
        drawn.from.push_back(from);
        drawn.to.push_back(from + 0.78 / lanes);
        drawn.height.push_back(bars.lanes[lane][k]);
        drawn.index.values.push_back(static_cast<double>(k + 1));
    }
    return drawn;
}

// A short line over all of a mode's bars.
Curve targets_of(const PanelContext& context, const LaneBars& bars) {
    Curve line;
    line.name = "target";
    line.ink = {context.theme.target, Dash::solid, 1.25F};
    line.index.name = "index";
    for (std::size_t k = 0; k < bars.count; ++k) {
        const auto at = static_cast<double>(k);
        for (const double x : {at + 0.04, at + 0.96, at + 1}) {
            line.x.push_back(x);
            line.y.push_back(x < at + 1 ? bars.targets[k] : std::nan(""));
            line.index.values.push_back(x < at + 0.5 ? at + 1 : std::nan(""));
        }
    }
    return line;
}

Chart bars_chart(const PanelContext& context, const LaneBars& bars) {
    ChartAxis index{0, static_cast<double>(bars.count)};
    index.ticks = index_ticks;
    index.lines = false;
    Chart chart;
    chart.x = index;
    chart.y = value_axis(bars, context.chosen<SingularValuesChoices>().logarithmic);
    chart.legend = false;
    for (std::size_t l = 0; l < bars.lanes.size(); ++l)
        chart.marks.emplace_back(bars_of_lane(context, bars, l));
    if (std::any_of(bars.targets.begin(), bars.targets.end(),
                    [](double level) { return std::isfinite(level); }))
        chart.marks.emplace_back(targets_of(context, bars));
    return chart;
}

void bars_readout(PanelContext& context, const LaneBars& bars, std::size_t over) {
    std::vector<ReadoutRow> rows;
    for (std::size_t l = 0; l < bars.lanes.size(); ++l)
        if (over < bars.lanes[l].size())
            rows.push_back({name_and_step(context.snapshot->lanes[l]),
                            value_text(bars.lanes[l][over]),
                            context.theme.lane(static_cast<int>(l))});
    if (!std::isnan(bars.targets[over]))
        rows.push_back({"target", value_text(bars.targets[over]), context.theme.target});
    draw_readout(context, fmt::format("mode {}", over + 1), rows);
}

}  // namespace

void draw_bars(PanelContext& context, const Modes& modes, ImVec2 room) {
    const LaneBars bars = bars_of(context, modes);
    if (bars.count == 0) {
        centred_note(context, "Not measured yet");
        return;
    }
    const Chart chart = bars_chart(context, bars);
    const ChartOptions options{.id = "##bars", .name = "singular-values", .size = room};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    const auto over =
        static_cast<std::size_t>(std::max(0.0, std::floor(axes.value_x(ImGui::GetMousePos().x))));
    const bool any = axes.hovered && over < bars.count;
    if (any)
        ImGui::GetWindowDrawList()->AddRectFilled(
            {axes.pixel_x(static_cast<double>(over)), axes.position.y},
            {axes.pixel_x(static_cast<double>(over + 1)), axes.bottom()},
            u32(with_alpha(context.theme.well, 0.5F)));
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (any) bars_readout(context, bars, over);
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return bars_chart(on, bars); });
}

}  // namespace muonscope::gui
