#include "app/gui/plots/series_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "app/gui/plots/axes_menu.h"
#include "app/gui/plots/curve.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/paper_steps.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/step_cursors.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

Reduction reduce(const Series& series, const Bins& bins) {
    Reduction reduction;
    reduction.begin(1, bins);
    StrideFeed feed;
    feed.begin();
    for (std::size_t i = 0; i < series.steps.size() && !reduction.complete(); ++i) {
        const auto of = [&](const std::vector<double>& own, const std::vector<double>& other) {
            return std::span<const double>(own.empty() ? &other[i] : &own[i], 1);
        };
        feed.add(reduction, static_cast<std::int64_t>(of(series.firsts, series.steps)[0]),
                 static_cast<std::int64_t>(series.steps[i]), of(series.values, series.values),
                 of(series.lows, series.values), of(series.highs, series.values));
    }
    return reduction;
}

std::size_t nearest(const Series& one, double step) {
    auto after = std::lower_bound(one.steps.begin(), one.steps.end(), step);
    if (after == one.steps.end() ||
        (after != one.steps.begin() && step - *(after - 1) < *after - step))
        --after;
    return static_cast<std::size_t>(after - one.steps.begin());
}

// The first sample on the other side of a level than the first that is finite.
Measured::Across across(const Series& one, double level) {
    std::optional<bool> below;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
        if (!std::isfinite(one.values[i])) continue;
        if (!below) below = one.values[i] >= level;
        if (*below ? one.values[i] < level : one.values[i] > level) {
            const auto by = static_cast<std::int64_t>(one.steps[i]);
            const auto after = i == 0 ? by : static_cast<std::int64_t>(one.steps[i - 1]) + 1;
            return {{after, by, i}, one.values[i], *below};
        }
    }
    return {{}, std::nan(""), below.value_or(true)};
}

std::vector<Measured> measured_of(const std::vector<Series>& series) {
    std::vector<Measured> curves;
    for (const Series& one : series) {
        if (one.steps.empty()) continue;
        curves.push_back({one.name, one.colour,
                          [&one](double step) -> std::pair<double, double> {
                              const std::size_t at = nearest(one, step);
                              return {one.steps[at], one.values[at]};
                          },
                          [&one](double level) { return across(one, level); }});
    }
    return curves;
}

void readout(gui::PanelContext& context, const Axes& plot, const SeriesPlot& what,
             const std::vector<Series>& series, const std::vector<ReferenceLine>& levels) {
    const double at = memory(context).hovered_next;
    std::vector<ReadoutRow> rows;
    double step = at;
    for (const Series& one : series) {
        if (one.steps.empty()) continue;
        const std::size_t sample = nearest(one, at);
        const double value = one.values[sample];
        step = one.steps[sample];
        std::string text = value_text(value);
        if (!one.lows.empty() && one.lows[sample] < one.highs[sample])
            text += fmt::format(", {} – {} in steps {:.0f}–{:.0f}", value_text(one.lows[sample]),
                                value_text(one.highs[sample]), one.firsts[sample], step);
        rows.push_back({one.name, std::move(text), one.colour});
        draw_dot(context, plot, step, value, one.colour);
    }
    for (const ReferenceLine& level : levels)
        rows.push_back({level.name, value_text(level.value), level.colour});
    if (rows.empty()) return;
    add_measurements(context, what.axis, measured_of(series), rows);
    draw_readout(context, fmt::format("step {:.0f}", step), rows);
}

// In the colours and dashes of the series, which need not be those of lanes.
void style_as_shown(Chart& chart, const std::vector<Series>& series, const gui::Theme& screen,
                    const gui::Theme& paper) {
    for (ChartMark& mark : chart.marks)
        if (auto* curve = std::get_if<Curve>(&mark))
            for (const Series& one : series)
                if (one.name == curve->name)
                    curve->ink = {same_colour_in(paper, screen, one.colour), one.dash};
}

}  // namespace

Table series_table(const std::vector<Series>& series, double from, double to, bool logarithmic) {
    Table table;
    table.columns.push_back("step");
    table.logarithmic = logarithmic;
    bool ranges = false, crossings = false;
    for (const Series& one : series) {
        ranges = ranges || !one.lows.empty();
        crossings = crossings || !one.crossings.empty();
    }
    const int crossing = ranges ? 3 : 1;  // its column
    table.per_lane = crossing + (crossings ? 1 : 0);
    table.drawn = {0};
    if (ranges) table.bands = {{0, 1, 2}};
    const std::size_t width = table.per_lane;
    std::map<double, std::vector<double>> rows;
    for (std::size_t s = 0; s < series.size(); ++s) {
        const Series& one = series[s];
        table.columns.push_back(one.name);
        if (ranges) {
            table.columns.push_back(one.name + " min");
            table.columns.push_back(one.name + " max");
        }
        if (crossings) table.columns.push_back(one.name + " crossing");
        for (std::size_t i = 0; i < one.steps.size(); ++i) {
            const double step = one.steps[i];
            if (step < from || step > to) continue;
            auto& row =
                rows.try_emplace(step, width * series.size() + 1, std::nan("")).first->second;
            row[0] = step;
            row[width * s + 1] = one.values[i];
            if (!one.crossings.empty()) row[width * s + 1 + crossing] = one.crossings[i];
            if (one.lows.empty()) continue;
            row[width * s + 2] = one.lows[i];
            row[width * s + 3] = one.highs[i];
        }
    }
    for (auto& [step, row] : rows) table.rows.push_back(std::move(row));
    for (const Series& one : series) table.sound_until.push_back(one.sound_until);
    return table;
}

void draw_series_plot(gui::PanelContext& context, const SeriesPlot& what, ImVec2 size,
                      const std::vector<Series>& series, const std::vector<ReferenceLine>& levels) {
    if (size.x < em(6) || size.y < em(5)) {
        ImGui::Dummy({std::max(1.0F, size.x), std::max(1.0F, size.y)});
        return;
    }
    begin_frame(context);
    const float height = size.y - label_height();
    Ticks ticks = value_ticks(context, what.axis, height);
    const Bins bins =
        curve_bins(context, what.axis, size.x - label_width(ticks) - 2 * side_padding());
    std::vector<Reduction> reductions;
    Extent extent;
    for (const Series& one : series) {
        reductions.push_back(reduce(one, bins));
        if (!one.leads) continue;
        extent.add(reductions.back(), 0, 1, one.sound_until);
        const auto beyond = std::upper_bound(one.steps.begin(), one.steps.end(), one.sound_until);
        if (beyond != one.steps.begin() && beyond != one.steps.end())
            extent.add(one.values[static_cast<std::size_t>(beyond - one.steps.begin()) - 1]);
    }
    for (const ReferenceLine& level : levels) extent.add(level.value);
    const bool any = extent.any();
    if (!any) {
        extent.add(0.1);
        extent.add(1);
    }
    const Scaling scaling = scaling_of(context, what.axis, what.logarithmic);
    follow_values(context, what.axis,
                  scaling == Scaling::symmetric ? symmetric_range(extent.low, extent.high)
                  : scaling == Scaling::logarithmic
                      ? log_range(extent.smallest, extent.high, extent.low <= 0, 16)
                      : near_range(extent.low, std::max(extent.high, extent.low + 1e-6)));
    ticks = value_ticks(context, what.axis, height);

    const StepPlotOptions options{what.id, what.axis, size};
    Axes plot;
    if (!begin_step_plot(context, options, ticks, plot)) return;
    const gui::Theme& theme = context.theme;
    for (const ReferenceLine& level : levels)
        draw_level(plot, level.value, u32(level.colour), theme.hairline() * 1.5F, em(0.5F),
                   em(0.35F));
    for (std::size_t s = series.size(); s-- > 0;)
        draw_curve(context, plot, reductions[s], 0, u32(series[s].colour), theme.line() * 1.15F,
                   series[s].dash);
    draw_marks(context, plot, -1);
    draw_places(context, plot, what.places);
    const std::vector<Measured> curves = measured_of(series);
    const bool on_cursor = draw_measurements(context, plot, what.axis, curves);
    if (!any && !what.awaited.empty()) {
        const ImVec2 words = ImGui::CalcTextSize(what.awaited.c_str());
        ImGui::GetWindowDrawList()->AddText(
            {plot.position.x + std::max(em(0.5F), (plot.extent.x - words.x) / 2),
             plot.position.y + (plot.extent.y - words.y) / 2},
            u32(theme.dim), what.awaited.c_str());
    }
    if (plot.hovered || on_cursor) readout(context, plot, what, series, levels);
    const bool hovered = plot.hovered;
    end_step_plot(context, plot);
    ImGui::PushID(what.id);
    const auto table = [&] {
        const StepRange steps = shown_steps(context, what.axis).range;
        return series_table(series, steps.min, steps.max, scaling == Scaling::logarithmic);
    };
    export_menu(
        context, "##export", what.name, hovered,
        {.table = table,
         .all = [&] { return series_table(series, 0, INFINITY, what.logarithmic); },
         .charts =
             [&](const gui::PanelContext& paper) {
                 Chart chart = chart_of(table(), paper.theme);
                 take_shown_range(context, what.axis, chart);
                 style_as_shown(chart, series, context.theme, paper.theme);
                 for (const ReferenceLine& level : levels)
                     chart.marks.emplace_back(Rule{
                         level.name,
                         false,
                         level.value,
                         {same_colour_in(paper.theme, context.theme, level.colour), Dash::dashed}});
                 for (const PlacedStep& place : what.places)
                     chart.marks.emplace_back(
                         Rule{"", true, place.step, {paper.theme.mark, Dash::dotted}, place.word});
                 mark_measurements(paper, what.axis, chart);
                 add_step_marks(paper, -1, chart);
                 return std::vector{chart};
             },
         .fit = [&] { follow_everything(context, what.axis); },
         .axes =
             [&] {
                 step_plot_axes_menu(context, what.axis);
                 measurements_menu(context, what.axis);
             }});
    ImGui::PopID();
}

}  // namespace muonscope::plots
