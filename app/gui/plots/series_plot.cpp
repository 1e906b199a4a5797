#include "app/gui/plots/series_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "app/gui/plots/curve.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/paper_steps.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

Reduction reduce(const Series& series, const CurveBins& bins) {
    Reduction reduction;
    reduction.begin(1, bins.min, bins.max, bins.count);
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

void readout(gui::PanelContext& context, const Axes& plot, const std::vector<Series>& series,
             const std::vector<ReferenceLine>& levels) {
    const double at = memory(context).hovered_next;
    std::vector<ReadoutRow> rows;
    double step = at;
    for (const Series& one : series) {
        if (one.steps.empty()) continue;
        auto after = std::lower_bound(one.steps.begin(), one.steps.end(), at);
        if (after == one.steps.end() ||
            (after != one.steps.begin() && at - *(after - 1) < *after - at))
            --after;
        const std::size_t sample = after - one.steps.begin();
        const double value = one.values[sample];
        step = *after;
        std::string text = value_text(value);
        if (!one.lows.empty() && one.lows[sample] < one.highs[sample])
            text += fmt::format(", {} – {} in steps {:.0f}–{:.0f}", value_text(one.lows[sample]),
                                value_text(one.highs[sample]), one.firsts[sample], step);
        rows.push_back({one.name, std::move(text), one.colour});
        draw_dot(context, plot, step, value, one.colour);
    }
    for (const ReferenceLine& level : levels)
        rows.push_back({level.name, value_text(level.value), level.colour});
    if (!rows.empty()) draw_readout(context, fmt::format("step {:.0f}", step), rows);
}

// Every place has its dot; words stand where they do not meet one another.
void draw_places(const gui::PanelContext& context, const Axes& plot,
                 const std::vector<PlacedStep>& places) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const gui::Theme& theme = context.theme;
    const float size = em(gui::size::smallest_text);
    float dot_from = -1e9F, word_from = plot.position.x;
    for (const PlacedStep& place : places) {
        if (place.step < plot.x.low || place.step > plot.x.high) continue;
        const ImVec2 at{plot.pixel_x(place.step), plot.pixel_y(place.value)};
        if (at.x < dot_from) continue;
        dot_from = at.x + em(0.3F);
        draw_dot(context, plot, place.step, place.value, theme.warning);
        const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, place.word.c_str()).x;
        // Beside it, where the curve has gone on from.
        const bool fits = at.x + em(0.5F) + width < plot.right();
        const float left = fits ? at.x + em(0.5F) : at.x - em(0.5F) - width;
        if (left < word_from || width > plot.extent.x) continue;
        word_from = left + width + em(0.5F);
        const bool above = at.y - size - em(0.5F) > plot.position.y;
        const ImVec2 word{left, above ? at.y - size - em(0.5F) : at.y + em(0.4F)};
        draw->AddRectFilled({word.x - em(0.15F), word.y},
                            {word.x + width + em(0.15F), word.y + size},
                            u32(gui::with_alpha(theme.card, 0.85F)));
        draw->AddText(nullptr, size, word, u32(theme.text), place.word.c_str());
    }
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
    const CurveBins bins = curve_bins(context, size.x - label_width(ticks) - 2 * side_padding());
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
    follow_values(context, what.axis,
                  what.logarithmic
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
    if (!any && !what.awaited.empty()) {
        const ImVec2 words = ImGui::CalcTextSize(what.awaited.c_str());
        ImGui::GetWindowDrawList()->AddText(
            {plot.position.x + std::max(em(0.5F), (plot.extent.x - words.x) / 2),
             plot.position.y + (plot.extent.y - words.y) / 2},
            u32(theme.dim), what.awaited.c_str());
    }
    if (plot.hovered) readout(context, plot, series, levels);
    const bool hovered = plot.hovered;
    end_step_plot(context, plot);
    ImGui::PushID(what.id);
    const auto table = [&] {
        return series_table(series, context.view.step_min, context.view.step_max, what.logarithmic);
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
                 add_step_marks(paper, -1, chart);
                 return std::vector{chart};
             },
         .fit = [&] { follow_everything(context, what.axis); }});
    ImGui::PopID();
}

}  // namespace muonscope::plots
