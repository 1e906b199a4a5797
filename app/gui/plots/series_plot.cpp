#include "app/gui/plots/series_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "app/gui/plots/curve.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

Reduction reduce(const Series& series, const CurveBins& bins) {
    Reduction reduction;
    reduction.begin(1, bins.min, bins.max, bins.count);
    for (std::size_t i = 0; i < series.steps.size() && !reduction.complete(); ++i)
        reduction.add(series.steps[i], {&series.values[i], 1});
    return reduction;
}

struct Extent {
    double low = INFINITY, high = -INFINITY, smallest = INFINITY;

    void add(double value) {
        if (!std::isfinite(value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
        if (value > 0) smallest = std::min(smallest, value);
    }
};

void readout(gui::PanelContext& context, const StepPlot& plot, const std::vector<Series>& series,
             const std::vector<Level>& levels) {
    const double at = memory(context).hovered_next;
    std::vector<ReadoutRow> rows;
    double step = at;
    for (const Series& one : series) {
        if (one.steps.empty()) continue;
        auto after = std::lower_bound(one.steps.begin(), one.steps.end(), at);
        if (after == one.steps.end() ||
            (after != one.steps.begin() && at - *(after - 1) < *after - at))
            --after;
        const double value = one.values[static_cast<std::size_t>(after - one.steps.begin())];
        step = *after;
        rows.push_back({one.name, value_text(value), one.colour});
        draw_dot(context, plot, step, value, one.colour);
    }
    for (const Level& level : levels)
        rows.push_back({level.name, value_text(level.value), level.colour});
    if (!rows.empty()) draw_readout(context, fmt::format("step {:.0f}", step), rows);
}

}  // namespace

Table series_table(const std::vector<Series>& series, double from, double to, bool logarithmic) {
    Table table;
    table.columns.push_back("step");
    table.per_lane = 1;
    table.logarithmic = logarithmic;
    std::map<double, std::vector<double>> rows;
    for (std::size_t s = 0; s < series.size(); ++s) {
        table.columns.push_back(series[s].name);
        for (std::size_t i = 0; i < series[s].steps.size(); ++i) {
            const double step = series[s].steps[i];
            if (step < from || step > to) continue;
            auto& row = rows.try_emplace(step, series.size() + 1, std::nan("")).first->second;
            row[0] = step;
            row[s + 1] = series[s].values[i];
        }
    }
    for (auto& [step, row] : rows) table.rows.push_back(std::move(row));
    return table;
}

void draw_series_plot(gui::PanelContext& context, const SeriesPlot& what, ImVec2 size,
                      const std::vector<Series>& series, const std::vector<Level>& levels) {
    const auto nothing = [&] { ImGui::Dummy({std::max(1.0F, size.x), std::max(1.0F, size.y)}); };
    if (size.x < em(6) || size.y < em(5)) {
        nothing();
        return;
    }
    begin_frame(context);
    const float height = size.y - label_height();
    Ticks ticks = value_ticks(context, what.panel, height);
    const CurveBins bins = curve_bins(context, size.x - label_width(ticks) - 2 * side_padding());
    std::vector<Reduction> reductions;
    Extent extent;
    for (const Series& one : series) {
        reductions.push_back(reduce(one, bins));
        double low = 0, high = 0, smallest = 0;
        if (!one.leads || !reductions.back().extent(0, 1, low, high)) continue;
        extent.add(low);
        extent.add(high);
        if (reductions.back().smallest_positive(0, 1, smallest)) extent.add(smallest);
    }
    for (const Level& level : levels) extent.add(level.value);
    const bool any = extent.low <= extent.high;
    if (!any) {
        extent.add(0.1);
        extent.add(1);
    }
    follow_values(context, what.panel,
                  what.logarithmic
                      ? log_range(extent.smallest, extent.high, extent.low <= 0, 16)
                      : near_range(extent.low, std::max(extent.high, extent.low + 1e-6)));
    ticks = value_ticks(context, what.panel, height);

    const StepPlotOptions options{what.id, what.panel, size};
    StepPlot plot;
    if (!begin_step_plot(context, options, ticks, plot)) {
        nothing();
        return;
    }
    const gui::Theme& theme = context.theme;
    for (const Level& level : levels)
        draw_level(plot, level.value, u32(level.colour), theme.hairline() * 1.5F, em(0.5F),
                   em(0.35F));
    for (std::size_t s = series.size(); s-- > 0;)
        draw_curve(context, plot, reductions[s], 0, u32(series[s].colour), theme.line() * 1.15F,
                   series[s].dash);
    draw_marks(context, plot, -1);
    if (!any && !what.awaited.empty()) {
        const ImVec2 words = ImGui::CalcTextSize(what.awaited.c_str());
        ImGui::GetWindowDrawList()->AddText(
            {plot.position.x + std::max(em(0.5F), (plot.extent.x - words.x) / 2),
             plot.position.y + (plot.extent.y - words.y) / 2},
            u32(theme.dim), what.awaited.c_str());
    }
    if (plot.hovered) readout(context, plot, series, levels);
    const bool hovered = plot.hovered;
    end_step_plot(context, options, plot);
    ImGui::PushID(what.id);
    export_menu(
        context, "##export", what.name, hovered,
        [&] {
            return series_table(series, context.view.step_min, context.view.step_max,
                                what.logarithmic);
        },
        [&] {
            context.view.follow = true;
            memory(context).axes[what.panel].manual = false;
        });
    ImGui::PopID();
}

}  // namespace muonscope::plots
