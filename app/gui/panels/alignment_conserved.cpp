#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/panels/alignment.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/series_plot.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/conserved.h"

// What neighbouring layers keep of how they differ, over the steps at which it was looked at.
namespace muonscope::gui {

namespace {

using namespace plots;

// Of the chosen pair, or the largest of all.
double drift_of(const std::vector<double>& drifts, int pair, bool roots) {
    const std::size_t pairs = drifts.size() / 2;
    const std::size_t first = roots ? pairs : 0;
    if (pair > 0)
        return static_cast<std::size_t>(pair) <= pairs
                   ? drifts[first + static_cast<std::size_t>(pair) - 1]
                   : std::nan("");
    double largest = std::nan("");
    for (std::size_t p = 0; p < pairs; ++p)
        if (!(drifts[first + p] <= largest)) largest = drifts[first + p];
    return largest;
}

Series series_of(const PanelContext& context, const AlignmentNow& now, std::size_t lane) {
    const AlignmentChoices& chosen = context.chosen<AlignmentChoices>();
    Series series;
    series.name = context.snapshot->lanes[lane].name;
    series.colour = context.theme.lane(static_cast<int>(lane));
    series.dash = lane_dash(static_cast<int>(lane));
    if (context.snapshot->lanes[lane].lost())
        series.sound_until = static_cast<double>(context.snapshot->lanes[lane].sound_step);
    if (lane < now.traces.size())
        for (const ValueTrace::Sample& sample : now.traces[lane].samples()) {
            series.steps.push_back(static_cast<double>(sample.step));
            series.values.push_back(drift_of(sample.values, chosen.pair, chosen.roots));
        }
    return series;
}

// What theory says of one lane, by the pair or, of all, where it says the same of each.
std::string said_of(const PanelContext& context, std::size_t lane) {
    const Spec& spec = *context.snapshot->spec;
    const Recipe& recipe = spec.lanes[lane];
    const int pair = context.chosen<AlignmentChoices>().pair;
    const int phase = std::clamp(context.snapshot->lanes[lane].phase, 0,
                                 static_cast<int>(recipe.phases.size()) - 1);
    const int last = pair > 0 ? pair : context.snapshot->layout.layers() - 1;
    Conserved all = conserved(spec.experiment, recipe, phase, std::max(pair, 1));
    for (int lower = std::max(pair, 1); lower <= last; ++lower)
        if (conserved(spec.experiment, recipe, phase, lower) != all) all = Conserved::nothing;
    switch (all) {
        case Conserved::gram:
            return "theory keeps Grams, up to its steps squared";
        case Conserved::root:
            return "theory keeps roots";
        default:
            return "nothing is kept for certain";
    }
}

}  // namespace

void draw_conserved(PanelContext& context, const AlignmentNow& now, ImVec2 room) {
    const Snapshot& snapshot = *context.snapshot;
    std::vector<Series> series;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        series.push_back(series_of(context, now, l));
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight();
    // What theory says of each lane, in the lane's colour: the legend of the curves below.
    float x = at.x;
    for (std::size_t l = 0; l < std::min(snapshot.lanes.size(), snapshot.spec->lanes.size()); ++l) {
        const std::string words =
            fmt::format("{}: {}", snapshot.lanes[l].name, said_of(context, l));
        fitted_text(ImGui::GetWindowDrawList(), {x, at.y}, at.x + room.x - x,
                    context.theme.lane_text(static_cast<int>(l)), words.c_str());
        x += ImGui::CalcTextSize(words.c_str()).x + em(1.5F);
        if (x > at.x + room.x - em(2)) break;
    }
    ImGui::Dummy({room.x, line});
    const bool roots = context.chosen<AlignmentChoices>().roots;
    hover_help(
        context, roots ? "Drift of the roots" : "Drift of the Grams",
        roots
            ? "‖R − R₀‖/(‖√(W_{l+1}ᵀW_{l+1})‖ + ‖√(W_l W_lᵀ)‖), R the difference of the two roots "
              "and R₀ its own at the start. Muon with the exact polar factor and steps of one "
              "length keeps it where layers are aligned. Worked out at the steps at which this "
              "view was shown."
            : "‖D − D₀‖/(‖W_{l+1}ᵀW_{l+1}‖ + ‖W_l W_lᵀ‖), D = W_{l+1}ᵀW_{l+1} − W_l W_lᵀ and D₀ "
              "its own at the start. Gradient flow keeps D in any linear net; steps of descent "
              "move it by the square of their length. Worked out at the steps at which this view "
              "was shown.");
    const SeriesPlot plot{roots ? "root drift" : "gram drift", "##drift",
                          roots ? "root-drift" : "gram-drift", true, "No step was looked at yet"};
    draw_series_plot(context, plot, {room.x, std::max(1.0F, room.y - line - em(0.3F))}, series, {});
}

}  // namespace muonscope::gui
