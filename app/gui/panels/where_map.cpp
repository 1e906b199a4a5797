#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/where.h"
#include "app/gui/plots/colour_scale.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/where_run.h"
#include "app/gui/where_study.h"
#include "app/gui/widgets.h"
#include "core/experiment/matrix_groups.h"

namespace muonscope::gui {

namespace {

using namespace plots;

constexpr int outside = 0, every_block = 1, first_block = 2;

std::string with_spaces(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

KindSheet::Place place_in_chain(KindSheet& sheet, const std::vector<int>& matrices,
                                const std::string& group) {
    return {0, matrices.size() == 1 ? matrices.front() - 1 : sheet.column_called(group)};
}

// In a sheet of a transformer with "every block" beside "outside".
KindSheet::Place place_in(KindSheet& sheet, const std::vector<int>& matrices,
                          const std::string& group) {
    if (matrices.size() == 1) return sheet.places[static_cast<std::size_t>(matrices.front()) - 1];
    if (group == "inside") return {sheet.row_called("all kinds"), every_block};
    if (group == "outside") return {sheet.row_called("all kinds"), outside};
    const auto block = std::find(sheet.columns.begin(), sheet.columns.end(), with_spaces(group));
    if (block != sheet.columns.end())
        return {sheet.row_called("all kinds"), static_cast<int>(block - sheet.columns.begin())};
    return {sheet.row_called(with_spaces(group)), every_block};
}

std::string share_text(double share) {
    if (std::isnan(share)) return "–";
    return fmt::format("{}{:.1f} %", share < 0 ? "−" : "+", 100 * std::abs(share));
}

ImVec4 gain_colour(const Theme& theme, double gain, double most) {
    return diverging(theme, most > 0 ? gain / most : 0);
}

// Strokes over a square; the same on paper.
void hatch(const PanelContext& context, Chart& chart, KindSheet::Place place) {
    constexpr int strokes = 4;  // to each side of the diagonal
    Curve lines;
    lines.ink = {with_alpha(context.theme.text, 0.45F), Dash::solid, 0.6F};
    for (int i = 1; i < 2 * strokes; ++i) {
        const double sum = static_cast<double>(i) / strokes;
        for (const double across : {std::max(0.0, sum - 1), std::min(1.0, sum)}) {
            lines.x.push_back(place.column + across);
            lines.y.push_back(-place.row - (sum - across));
        }
        lines.x.push_back(std::nan(""));
        lines.y.push_back(std::nan(""));
    }
    chart.marks.emplace_back(std::move(lines));
}

Chart gain_chart(const PanelContext& context, const WhereMap& map,
                 std::span<const MatrixGain> gains) {
    Chart chart = chart_of(map.sheet);
    Cells cells;
    cells.name = "gain";
    cells.values = map.gains;
    cells.low = -std::max(map.most, 1e-12);
    cells.high = -cells.low;
    cells.none = context.theme.well;
    cells.row = "kind";
    cells.column = "block";
    cells.colour = [theme = &context.theme, most = map.most](double gain) {
        return gain_colour(*theme, gain, most);
    };
    chart.marks.emplace_back(std::move(cells));
    for (std::size_t i = 0; i < gains.size(); ++i)
        if (!gains[i].is_clear()) hatch(context, chart, map.places[i]);
    return chart;
}

// An arm a row.
Table table_of_gains(std::span<const MatrixGain> gains) {
    Table table;
    table.columns = {"arm", "rate", "seeds", "gain", "low", "high", "better", "worse", "p"};
    for (const MatrixGain& gain : gains)
        table.rows.push_back({static_cast<double>(gain.arm + 1),
                              gain.rate.empty() ? std::nan("") : std::stod(gain.rate),
                              static_cast<double>(gain.seeds), gain.gain, gain.interval.low,
                              gain.interval.high, static_cast<double>(gain.better),
                              static_cast<double>(gain.worse), gain.chance});
    return table;
}

std::string rate_text(const Study& study, const JobPlace& job) {
    const Arm& arm = study.arms[job.arm];
    return arm.rates.empty() ? "as it is" : arm.rates[job.rate];
}

void look_at_gain(PanelContext& context, const WhereFound& found, const WhereMap& map,
                  std::span<const MatrixGain> gains, const Axes& axes) {
    const auto at = std::find(map.places.begin(), map.places.end(), cell_under_mouse(axes));
    if (at == map.places.end()) return;
    const MatrixGain& gain = gains[static_cast<std::size_t>(at - map.places.begin())];
    const Study& study = found.study;
    const std::string& baseline = study.arms[gain.baseline.arm].name;
    const Theme& theme = context.theme;
    const ImVec4 own = gain_colour(theme, gain.gain, map.most);
    draw_readout(context, study.arms[gain.arm].name,
                 std::vector<ReadoutRow>{
                     {"gain", share_text(gain.gain), own},
                     {"interval",
                      share_text(gain.interval.low) + " to " + share_text(gain.interval.high), own},
                     {"better", fmt::format("on {} of {} seeds", gain.better, gain.seeds), own},
                     {"p, sign test", fmt::format("{:.2g}", gain.chance), own},
                     {"rate there",
                      rate_text(study, gain.job) + (gain.rate_at_end ? ", end of those tried" : ""),
                      theme.lane(1)},
                     {"rate of " + baseline, rate_text(study, gain.baseline), theme.lane(0)},
                     {"gain is", fmt::format("({} − arm)/{}", baseline, baseline), theme.dim},
                     {"click", "both live, to where losses differ by a tenth", theme.dim}});
    if (axes.clicked) attempt(context.view, [&] { open_run(context, study, gain); });
}

}  // namespace

WhereMap where_map(const Experiment& experiment, std::span<const MatrixGain> gains) {
    WhereMap map{kind_sheet(experiment), {}, {}, 0};
    KindSheet& sheet = map.sheet;
    const bool blocks = is_transformer(experiment);
    if (blocks) {
        sheet.columns.insert(sheet.columns.begin() + every_block, "every block");
        for (KindSheet::Place& place : sheet.places)
            if (place.column > outside) ++place.column;
    }
    for (const MatrixGain& gain : gains) {
        const std::vector<int> matrices = matrices_called(experiment, gain.group);
        map.places.push_back(blocks ? place_in(sheet, matrices, gain.group)
                                    : place_in_chain(sheet, matrices, gain.group));
    }
    if (blocks && std::none_of(map.places.begin(), map.places.end(),
                               [](KindSheet::Place place) { return place.column >= first_block; }))
        sheet.columns.resize(first_block);
    map.gains = sheet.empty();
    for (std::size_t i = 0; i < gains.size(); ++i) {
        map.gains(map.places[i].row, map.places[i].column) = gains[i].gain;
        if (std::isfinite(gains[i].gain)) map.most = std::max(map.most, std::abs(gains[i].gain));
    }
    return map;
}

void draw_where_map(PanelContext& context, const WhereFound& found, const WhereMap& map,
                    std::span<const MatrixGain> gains, ImVec2 size) {
    draw_colour_scale(
        context, fmt::format("worse, −{:.3g} %", 100 * map.most),
        fmt::format("+{:.3g} %, better; hatched: the interval holds zero", 100 * map.most),
        [&](double share) { return diverging(context.theme, 2 * share - 1); });
    const ChartOptions options{
        .id = "##where",
        .name = "where",
        .size = {size.x, std::max(1.0F, size.y - ImGui::GetItemRectSize().y -
                                            ImGui::GetStyle().ItemSpacing.y)}};
    const Chart chart = gain_chart(context, map, gains);
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    write_in_cells(axes, map.gains, share_text,
                   [&](double gain) { return gain_colour(context.theme, gain, map.most); });
    if (axes.hovered) look_at_gain(context, found, map, gains, axes);
    export_menu(
        context, "where export", options.name, axes.hovered,
        {.table = [&] { return table_of_gains(gains); },
         .charts =
             [&](const PanelContext& on) { return std::vector<Chart>{gain_chart(on, map, gains)}; },
         .fit = [&] { fit_chart(context, options); }});
}

}  // namespace muonscope::gui
