#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"

namespace muonscope::gui {

using namespace plots;

Table table_of_modes(const PanelContext& context, const Modes& modes) {
    std::vector<std::size_t> channels;
    std::vector<std::string> names;
    for (int k = 0; k < modes.count; ++k) {
        channels.push_back(modes.first + k);
        names.push_back(fmt::format(
            "{} {}",
            source_name(context.snapshot->layout, context.chosen<SingularValuesChoices>().source),
            k + 1));
    }
    Table table = history_table(*context.snapshot, context.view.step_min, context.view.step_max,
                                channels, names);
    table.logarithmic = context.chosen<SingularValuesChoices>().logarithmic;
    return table;
}

Chart chart_of_lane(const PanelContext& paper, const Modes& modes, const ValueRange& values,
                    std::size_t lane) {
    const Snapshot& snapshot = *paper.snapshot;
    const SingularValuesChoices& chosen = paper.chosen<SingularValuesChoices>();
    const HistoryView& history = snapshot.lanes[lane].history;
    const int coloured = std::min(modes.target, modes.count);
    Chart chart;
    chart.title = snapshot.lanes[lane].name;
    chart.x = {paper.view.step_min, paper.view.step_max, false, "step"};
    const AxisScale& scale = values.scale;
    chart.y = {values.min, values.max, scale.logarithmic, "", scale.logarithmic ? scale.floor : 0};
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
        curve.ink = {noise ? paper.theme.ghost : rank_colour(paper.theme, k, coloured), Dash::solid,
                     noise ? 0.6F : 1.0F};
        const std::size_t channel = modes.first + k;
        for (std::size_t i = 0; i < history.size() && channel < history.channels(); ++i) {
            curve.x.push_back(static_cast<double>(history.step(i)));
            curve.y.push_back(history.value(i, channel));
        }
        chart.marks.emplace_back(std::move(curve));
    }
    return chart;
}

}  // namespace muonscope::gui
