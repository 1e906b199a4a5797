#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/gui/panels/rare_facts.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/lane_grid.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Every fact over steps, a picture a lane.
namespace muonscope::gui {

using namespace plots;

std::vector<int> fact_rows(int facts, int most) {
    const int rows = std::clamp(most, 1, facts);
    std::vector<int> begins{0};
    for (int i = 1; i <= rows; ++i) {
        const double even = std::pow(static_cast<double>(facts), static_cast<double>(i) / rows);
        begins.push_back(
            std::clamp(static_cast<int>(std::lround(even)), begins.back() + 1, facts - (rows - i)));
    }
    return begins;
}

std::string facts_text(int begin, int end) {
    return end - begin == 1 ? fmt::format("fact {}", end)
                            : fmt::format("facts {}–{}, mean", begin + 1, end);
}

namespace {

// What all plots of the view share.
struct Maps {
    const char* axis = "";
    std::vector<int> rows;  // see fact_rows()
    LaneGrid grid;
    Ticks ticks;
    ValueRange values;
    bool any = false;  // something was measured

    int count() const { return static_cast<int>(rows.size()) - 1; }
    int begin(int row) const { return rows[static_cast<std::size_t>(row)]; }
    int end(int row) const { return rows[static_cast<std::size_t>(row) + 1]; }
};

// The facts that rows begin with, where there is room for their numbers.
Ticks ticks_of(const std::vector<int>& rows, float height) {
    Ticks ticks;
    const Ticks places = row_ticks(static_cast<int>(rows.size()) - 1, height);
    for (const double place : std::span(places.values).first(places.count)) {
        const auto row = static_cast<std::size_t>(-place) - 1;
        ticks.add(place, fmt::format("{}", rows[row] + 1));
    }
    return ticks;
}

ValueRange range_of(const PanelContext& context, const Extent& extent) {
    const RareFactsChoices& chosen = context.chosen<RareFactsChoices>();
    if (chosen.probability) return {};  // 0 to 1
    const bool any = extent.any();
    if (chosen.logarithmic)
        return log_range(extent.smallest, extent.high, any && extent.has_zero(), 6);
    return linear_range(0, any ? extent.high : 1);
}

std::vector<bool> reduce(PanelContext& context, Maps& maps) {
    const Bins bins = curve_bins(context, maps.axis, maps.grid.area_width);
    const Snapshot& snapshot = *context.snapshot;
    const std::size_t first = fact_channel(snapshot.layout, context.chosen<RareFactsChoices>(), 0);
    std::vector<bool> changed(snapshot.lanes.size());
    Extent extent;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        HistoryReduction& lane = memory(context).reductions[{maps.axis, static_cast<int>(l)}];
        changed[l] = lane.update_means(snapshot.lanes[l].history, first, maps.rows, bins);
        extent.add(snapshot.lanes[l], lane.reduction(), first, 0, maps.count());
    }
    maps.any = extent.any();
    maps.values = range_of(context, extent);
    return changed;
}

void draw_map_readout(PanelContext& context, const Axes& plot, const Maps& maps, int l) {
    const Snapshot& snapshot = *context.snapshot;
    const LaneSnapshot& lane = snapshot.lanes[static_cast<std::size_t>(l)];
    const HistoryView& history = lane.history;
    const int row =
        std::clamp(static_cast<int>(std::lround(-plot.value_y(ImGui::GetMousePos().y))) - 1, 0,
                   maps.count() - 1);
    if (history.size() == 0) return;
    const Stride stride = stride_at(history, nearest_sample(history, memory(context).hovered_next));
    const RareFactsChoices& chosen = context.chosen<RareFactsChoices>();
    double value = 0, frequency = 0;
    for (int k = maps.begin(row); k < maps.end(row); ++k) {
        const std::size_t channel = fact_channel(snapshot.layout, chosen, k);
        value += channel < history.channels() ? history.value(stride.last, channel) : std::nan("");
        frequency += frequency_of(snapshot, k);
    }
    const double count = maps.end(row) - maps.begin(row);
    const std::vector<ReadoutRow> rows{
        {quantity_name(chosen), value_text(value / count), context.theme.lane(l)},
        {"asked for", value_text(frequency / count), context.theme.target}};
    draw_readout(context,
                 fmt::format("{}, {}, {}{}", lane.name, facts_text(maps.begin(row), maps.end(row)),
                             stride_title(history, stride, false),
                             phase_note(snapshot, l, static_cast<double>(stride.to))),
                 rows);
}

Table table_of_maps(const PanelContext& context, const Maps& maps) {
    const Layout& layout = context.snapshot->layout;
    const RareFactsChoices& chosen = context.chosen<RareFactsChoices>();
    std::vector<std::size_t> channels;
    std::vector<std::string> names;
    for (int k = 0; k < layout.facts(); ++k) {
        channels.push_back(fact_channel(layout, chosen, k));
        names.push_back(
            fmt::format("{} of fact {}", chosen.probability ? "probability" : "loss", k + 1));
    }
    const StepRange steps = shown_steps(context, maps.axis).range;
    return history_table(*context.snapshot, steps.min, steps.max, channels, names);
}

// The rows of a lane at places evenly spaced on the axis, of those that are seen and were taken.
Cells cells_of(const PanelContext& paper, const Maps& maps, const HistoryView& history,
               const Axis& across) {
    constexpr int most_columns = 96;
    const RareFactsChoices& chosen = paper.chosen<RareFactsChoices>();
    const int columns =
        std::clamp(static_cast<int>(across.max() - across.min()) + 1, 1, most_columns);
    Cells cells;
    cells.values = Matrix::Constant(maps.count(), columns, std::nan(""));
    for (int j = 0; j < columns; ++j) {
        const double step = across.at_share((j + 0.5) / columns);
        const std::size_t sample = nearest_sample(history, step);
        for (int i = 0; i < maps.count() && sample < history.size(); ++i) {
            double sum = 0;
            for (int k = maps.begin(i); k < maps.end(i); ++k)
                sum += history.value(sample, fact_channel(paper.snapshot->layout, chosen, k));
            cells.values(i, j) = sum / (maps.end(i) - maps.begin(i));
        }
    }
    const AxisScale scale = maps.values.scale;
    const double low = scale.forward(maps.values.min), high = scale.forward(maps.values.max);
    const Theme& theme = paper.theme;
    cells.colour = [scale, low, high, &theme](double value) {
        return theme.mapped(
            std::clamp((scale.forward(value) - low) / std::max(high - low, 1e-300), 0.0, 1.0));
    };
    return cells;
}

std::vector<Chart> charts_of_maps(const PanelContext& paper, const Maps& maps) {
    std::vector<Chart> charts;
    const RareFactsChoices& chosen = paper.chosen<RareFactsChoices>();
    const StepRange steps = shown_steps(paper, maps.axis).range;
    const double first = std::max(0.0, steps.min);
    for (const LaneSnapshot& lane : paper.snapshot->lanes) {
        const double last =
            std::max(first + 1, std::min(steps.max, static_cast<double>(lane.step)));
        const Axis across = Axis::between(first, last, step_scale(paper));
        Cells cells = cells_of(paper, maps, lane.history, across);
        const auto columns = static_cast<double>(cells.values.cols());
        Chart chart;
        chart.title = fmt::format("{}: {}, {:.3g} to {:.3g}", lane.name, quantity_name(chosen),
                                  maps.values.min, maps.values.max);
        chart.x = {0, columns, false, "step"};
        chart.x.ticks = [=](double min, double max, float length) {
            Ticks ticks =
                step_axis_ticks(across.scale, across.at_share(min / columns),
                                across.at_share(max / columns), std::max(length, 240.0F), 80);
            for (double& at : ticks.values) at = across.share(at) * columns;
            return ticks;
        };
        chart.y = {-static_cast<double>(maps.count()), 0, false, "fact"};
        chart.y.ticks = [rows = maps.rows](double, double, float length) {
            Ticks ticks = ticks_of(rows, length);
            for (double& at : ticks.values) at += 0.5;
            return ticks;
        };
        chart.marks.emplace_back(std::move(cells));
        charts.push_back(std::move(chart));
    }
    return charts;
}

void draw_lane(PanelContext& context, const Maps& maps, ImVec2 origin, int lane, bool changed) {
    StepPlotOptions options = place_lane(maps.grid, origin, lane);
    options.id = "##facts";
    options.axis = maps.axis;
    Axes plot;
    if (!begin_step_plot(context, options, maps.ticks, plot)) return;
    draw_step_heatmap(context, plot, maps.count(),
                      memory(context).reductions[{maps.axis, lane}].reduction(), changed,
                      maps.values, context.kept<RareFactsView>().maps[lane]);
    draw_marks(context, plot, lane);
    if (!maps.any) note_in(context, plot, "not measured yet");
    if (plot.hovered) draw_map_readout(context, plot, maps, lane);
    const bool hovered = plot.hovered;
    end_step_plot(context, plot);
    draw_lane_name(context, plot, lane);
    export_menu(context, "##export", "facts", hovered,
                {.table = [&] { return table_of_maps(context, maps); },
                 .charts = [&](const PanelContext& paper) { return charts_of_maps(paper, maps); },
                 .fit = [&] { follow_everything(context, maps.axis); },
                 .columns = maps.grid.columns});
    if (maps.grid.last_in_first_row(lane)) draw_colour_bar(context, plot, maps.values);
}

}  // namespace

void draw_fact_maps(PanelContext& context, ImVec2 room) {
    begin_frame(context);
    const std::size_t lanes = context.snapshot->lanes.size();
    const int facts = context.snapshot->layout.facts();
    Maps maps;
    maps.axis =
        context.chosen<RareFactsChoices>().probability ? "map of probabilities" : "map of losses";
    const float high = room.y - label_height();
    maps.rows = fact_rows(facts, StepHeatmap::most_series);
    maps.ticks = ticks_of(maps.rows, high);
    maps.grid = lane_grid(lanes, room, label_width(maps.ticks), colour_bar_width());
    maps.ticks = ticks_of(maps.rows, maps.grid.area_height);
    const std::vector<bool> changed = reduce(context, maps);
    follow_values(context, maps.axis, rows_range(maps.count()));
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    for (std::size_t l = 0; l < lanes; ++l) {
        ImGui::PushID(static_cast<int>(l));
        draw_lane(context, maps, origin, static_cast<int>(l), changed[l]);
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, 1});
}

}  // namespace muonscope::gui
