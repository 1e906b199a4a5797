#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/ghosts.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/curve.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/predicted_modes.h"

namespace muonscope::gui {

using namespace plots;

void draw_lines(PanelContext& context, const Axes& plot, const Modes& modes,
                const Reduction& reduction) {
    const Theme& theme = context.theme;
    const auto& problem = context.snapshot->problem;
    const int coloured = std::min(modes.target, modes.count);
    if (context.chosen<SingularValuesChoices>().levels && problem && problem->modes > 0) {
        std::array<double, most_modes> levels;
        for (int k = 0; k < coloured; ++k)
            levels[k] = target_level(*problem, context.chosen<SingularValuesChoices>().source, k);
        draw_levels(context, plot, std::span(levels).first(coloured),
                    u32(with_alpha(theme.target, 0.75F)));
    }
    // Of the noise, all in one colour, only what can be told from the line above it.
    std::array<int, most_modes> until;
    until.fill(reduction.bins() + 2);
    std::vector<int> above(static_cast<std::size_t>(reduction.bins()) + 2, coloured);
    for (int k = coloured + 1; k < modes.count; ++k) {
        const int end = apart_until(plot, reduction, k, above, 0.5F);
        until[k] = end;
        std::fill_n(above.begin(), end, k);
    }
    // Small modes first, so that large ones lie on top.
    for (int k = modes.count - 1; k >= 0; --k) {
        const bool noise = k >= coloured;
        draw_curve(context, plot, reduction, k,
                   u32(noise ? theme.ghost : rank_colour(theme, k, coloured)),
                   noise ? theme.line() * 0.6F : theme.line(), Dash::solid, until[k]);
    }
}

// Until an edit takes the run off its path.
bool theory_holds(const PanelContext& context, std::size_t lane) {
    const Snapshot& snapshot = *context.snapshot;
    return context.chosen<SingularValuesChoices>().source == 0 && snapshot.problem &&
           snapshot.spec && (!snapshot.events || snapshot.events->empty()) &&
           lane < snapshot.spec->lanes.size() &&
           theory_covers(snapshot.spec->experiment, snapshot.spec->lanes[lane]);
}

std::vector<Curve> theory_on_paper(const PanelContext& paper, const Modes& modes, std::size_t lane,
                                   double to) {
    const Snapshot& snapshot = *paper.snapshot;
    std::vector<Curve> curves;
    if (!theory_holds(paper, lane)) return curves;
    constexpr int samples = 240;
    std::vector<double> steps(samples);
    for (int i = 0; i < samples; ++i) steps[i] = std::max(0.0, to) * i / (samples - 1);
    const Matrix predicted = predicted_modes(*snapshot.problem, snapshot.spec->lanes[lane], steps);
    for (Eigen::Index k = 0; k < std::min<Eigen::Index>(modes.count, predicted.rows()); ++k) {
        Curve curve;
        curve.name = fmt::format("theory {}", k + 1);
        curve.key = k == 0 ? "theory" : "";
        curve.ink = {with_alpha(paper.theme.text, 0.7F), Dash::dashed, 0.6F};
        curve.x = steps;
        for (int i = 0; i < samples; ++i) curve.y.push_back(predicted(k, i));
        curves.push_back(std::move(curve));
    }
    return curves;
}

void draw_theory(PanelContext& context, const Axes& plot, const Modes& modes, int lane) {
    if (!theory_holds(context, static_cast<std::size_t>(lane))) return;
    const Snapshot& snapshot = *context.snapshot;
    const Recipe& recipe = snapshot.spec->lanes[lane];
    constexpr int samples = 120;
    Theory& theory = context.kept<SingularValuesView>().theories[lane];
    const OptimizerSpec& optimizer = optimizer_of(recipe.phases.front(), 1);
    if (theory.problem != snapshot.problem || !(theory.optimizer == optimizer) ||
        theory.to != plot.x.high || !(theory.scale == plot.x.scale)) {
        theory.steps.resize(samples);
        for (int i = 0; i < samples; ++i)
            theory.steps[i] = plot.x.scale.inverse(std::max(0.0, plot.x.high) * i / (samples - 1));
        theory.modes = predicted_modes(*snapshot.problem, recipe, theory.steps);
        theory.problem = snapshot.problem;
        theory.optimizer = optimizer;
        theory.to = plot.x.high;
        theory.scale = plot.x.scale;
    }
    std::array<ImVec2, samples> points;
    const auto count = std::min<Eigen::Index>(modes.count, theory.modes.rows());
    for (Eigen::Index k = 0; k < count; ++k) {
        for (int i = 0; i < samples; ++i)
            points[i] = {plot.pixel_x(theory.steps[i]), plot.pixel_y(theory.modes(k, i))};
        add_line(ImGui::GetWindowDrawList(), points, u32(with_alpha(context.theme.text, 0.7F)),
                 context.theme.line() * 0.6F, Dash::dashed, context.theme.line());
    }
}

namespace {

constexpr int most_read = 12;

ImVec4 colour_of(const PanelContext& context, const Modes& modes, int k) {
    return k < modes.target ? rank_colour(context.theme, k, std::min(modes.target, modes.count))
                            : context.theme.ghost;
}

}  // namespace

std::vector<Measured> measured_modes(const PanelContext& context, const Modes& modes, int lane) {
    std::vector<Measured> curves;
    for (int k = 0; k < std::min(modes.count, most_read); ++k)
        curves.push_back(measured(context.snapshot->lanes[lane], fmt::format("mode {}", k + 1),
                                  colour_of(context, modes, k), modes.first + k));
    return curves;
}

GhostModes ghost_modes(const PanelContext& context, const char* axis, const Modes& modes,
                       int lane) {
    GhostModes ghosts;
    if (context.kept<Ghosts>().pinned.empty()) return ghosts;
    for (int k = std::min(modes.count, modes.target) - 1; k >= 0; --k)
        for (GhostCurve& curve : ghost_curves(context, axis, modes.first + k, lane)) {
            ghosts.curves.push_back(std::move(curve));
            ghosts.colours.push_back(colour_of(context, modes, k));
        }
    return ghosts;
}

void draw_readout_of_modes(PanelContext& context, const Axes& plot, const char* axis,
                           const Modes& modes, int lane) {
    const HistoryView& history = context.snapshot->lanes[lane].history;
    if (history.size() == 0 || modes.first + modes.count > history.channels()) return;
    const Stride stride = stride_at(history, nearest_sample(history, memory(context).hovered_next));
    const auto step = static_cast<double>(stride.to);
    std::vector<ReadoutRow> rows;
    const int shown = std::min(modes.count, most_read);
    for (int k = 0; k < shown; ++k) {
        const std::size_t channel = modes.first + k;
        const double value = history.value(stride.last, channel);
        const double level = context.snapshot->problem
                                 ? target_level(*context.snapshot->problem,
                                                context.chosen<SingularValuesChoices>().source, k)
                                 : std::nan("");
        const ImVec4 colour = colour_of(context, modes, k);
        std::string text = fmt::format("{:>10}", stride_value(history, stride, channel, false));
        if (!std::isnan(level)) text += " / " + value_text(level);
        rows.push_back({fmt::format("mode {}", k + 1), text, colour});
        if (!context.chosen<SingularValuesChoices>().heatmap)
            draw_dot(context, plot, step, value, colour);
    }
    if (shown < modes.count)
        rows.push_back({fmt::format("and {} more", modes.count - shown), "", context.theme.ghost});
    if (!context.chosen<SingularValuesChoices>().heatmap)
        add_measurements(context, axis, measured_modes(context, modes, lane), rows);
    draw_readout(context,
                 fmt::format("{}, {}{}: value / target", context.snapshot->lanes[lane].name,
                             stride_title(history, stride, false),
                             phase_note(*context.snapshot, lane, step)),
                 rows);
}

}  // namespace muonscope::gui
