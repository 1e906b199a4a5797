#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/paper_steps.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"

namespace muonscope::gui {

using namespace plots;

Table table_of_modes(const PanelContext& context, const Modes& modes, const char* axis, bool all) {
    std::vector<std::size_t> channels;
    std::vector<std::string> names;
    for (int k = 0; k < modes.count; ++k) {
        channels.push_back(modes.first + k);
        names.push_back(fmt::format(
            "{} {}",
            source_name(context.snapshot->layout, context.chosen<SingularValuesChoices>().source),
            k + 1));
    }
    const StepRange steps = all ? StepRange{0, INFINITY} : shown_steps(context, axis).range;
    Table table = history_table(*context.snapshot, steps.min, steps.max, channels, names);
    table.logarithmic = context.chosen<SingularValuesChoices>().logarithmic;
    return table;
}

Chart chart_of_lane(const PanelContext& paper, const Modes& modes, const char* axis,
                    const ValueRange& values, std::size_t lane) {
    const Snapshot& snapshot = *paper.snapshot;
    const SingularValuesChoices& chosen = paper.chosen<SingularValuesChoices>();
    const HistoryView& history = snapshot.lanes[lane].history;
    const int coloured = std::min(modes.target, modes.count);
    Chart chart;
    chart.title = snapshot.lanes[lane].name;
    chart.x = step_chart_axis(shown_steps(paper, axis).range, step_scale(paper));
    chart.y = chart_axis(values);
    for (int k = 0;
         k < coloured && chosen.levels && snapshot.problem && snapshot.problem->modes > 0; ++k)
        chart.marks.emplace_back(Rule{"",
                                      false,
                                      target_level(*snapshot.problem, chosen.source, k),
                                      {paper.theme.target, Dash::dotted, 0.7F}});
    for (int k = modes.count - 1; k >= 0; --k) {
        const bool noise = k >= coloured;
        Curve curve;
        curve.name = fmt::format("{} {}", source_name(snapshot.layout, chosen.source), k + 1);
        curve.key = "";  // told apart by rank, as on the screen
        curve.ink = {noise ? paper.theme.ghost : rank_colour(paper.theme, k, coloured), Dash::solid,
                     noise ? 0.6F : 1.0F};
        const std::size_t channel = modes.first + k;
        for (std::size_t i = 0; i < history.size() && channel < history.channels(); ++i) {
            curve.x.push_back(static_cast<double>(history.step(i)));
            curve.y.push_back(history.value(i, channel));
        }
        chart.marks.emplace_back(std::move(curve));
    }
    for (Curve& curve : theory_on_paper(paper, modes, lane, chart.x.max))
        chart.marks.emplace_back(std::move(curve));
    add_step_marks(paper, static_cast<int>(lane), chart);
    const GhostModes ghosts = ghost_modes(paper, axis, modes, static_cast<int>(lane));
    mark_ghosts(paper, ghosts.curves, chart, ghosts.colours);
    return chart;
}

Chart map_of_lane(const PanelContext& paper, const Modes& modes, const char* axis,
                  const ValueRange& values, std::size_t lane) {
    constexpr int columns = 256;  // steps side by side, evenly over the axis
    const HistoryView& history = paper.snapshot->lanes[lane].history;
    const StepRange steps = shown_steps(paper, axis).range;
    const Axis across = Axis::between(steps.min, steps.max, step_scale(paper));
    Cells cells;
    cells.name = values.scale.logarithmic ? "log₁₀ σ" : "σ";
    cells.values = Matrix::Constant(modes.count, columns, std::nan(""));
    const double newest =
        history.size() == 0 ? -1 : static_cast<double>(history.step(history.size() - 1));
    for (int column = 0; column < columns; ++column) {
        const double step = across.at_share((column + 0.5) / columns);
        if (step > newest) break;
        const std::size_t sample = nearest_sample(history, step);
        for (int k = 0; k < modes.count; ++k)
            if (const std::size_t channel = modes.first + k; channel < history.channels())
                cells.values(k, column) =
                    values.scale.forward(std::abs(history.value(sample, channel)));
    }
    cells.low = values.scale.forward(values.min);
    cells.high = values.scale.forward(values.max);
    cells.colour = [theme = paper.theme, low = cells.low, high = cells.high](double value) {
        return theme.mapped(std::clamp((value - low) / (high - low), 0.0, 1.0));
    };
    cells.none = paper.theme.card;
    Chart chart;
    chart.title = paper.snapshot->lanes[lane].name;
    chart.x = {0, columns, false, "step"};
    chart.x.lines = false;
    chart.x.ticks = [across](double, double, float length) {
        Ticks ticks = step_axis_ticks(across.scale, across.min(), across.max(), length, 60);
        for (double& value : ticks.values) value = across.share(value) * columns;
        return ticks;
    };
    chart.y = {-static_cast<double>(modes.count), 0, false, "mode"};
    chart.y.lines = false;
    chart.y.ticks = [count = modes.count](double, double, float length) {
        Ticks ticks;
        const int stride = round_stride(count, std::max(2, static_cast<int>(length / 30)));
        for (int k = 0; k < count; k += stride) ticks.add(-k - 0.5, std::to_string(k + 1));
        return ticks;
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

}  // namespace muonscope::gui
