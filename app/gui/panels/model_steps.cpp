#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/model_series.h"
#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// How many values are followed.
Eigen::Index followed_of(const ModelChoices& chosen, const ModelSeries& series) {
    Eigen::Index rank = 0;
    for (std::size_t i = 0; i < series.found.size(); ++i)
        if (const SeriesMatrix* matrix = series.at(i)) rank = std::max(rank, matrix->values.size());
    constexpr Eigen::Index counts[]{8, 32, std::numeric_limits<Eigen::Index>::max()};
    return std::min(rank, counts[chosen.followed]);
}

Curve curve_of(const Theme& theme, const ModelWeights& model, const ModelSeries& series,
               Eigen::Index k, Eigen::Index count) {
    Curve curve;
    curve.name = fmt::format("s{}", k + 1);
    curve.ink = {rank_colour(theme, static_cast<int>(k), static_cast<int>(count))};
    curve.index.name = "checkpoint";
    for (std::size_t i = 0; i < series.found.size(); ++i) {
        const SeriesMatrix* matrix = series.at(i);
        // What is not there yet would break the line.
        if (matrix == nullptr && !series.found[i]) continue;
        const bool has = matrix != nullptr && k < matrix->values.size() && matrix->values(k) > 0;
        curve.x.push_back(place_of(model, i));
        curve.y.push_back(has ? matrix->values(k) : nothing);
        curve.index.values.push_back(place_of(model, i));
    }
    curve.dots = series.found.size() <= 40 && count <= 8;
    return curve;
}

struct SeriesRange {
    double low = std::numeric_limits<double>::infinity(), high = 0;
};

// Of what is drawn; what is rounding has no place on a logarithmic axis.
SeriesRange range_of(const ModelSeries& series, Eigen::Index count) {
    SeriesRange range;
    for (std::size_t i = 0; i < series.found.size(); ++i) {
        const SeriesMatrix* matrix = series.at(i);
        if (matrix == nullptr || !std::isfinite(matrix->summary.largest)) continue;
        range.high = std::max(range.high, matrix->summary.largest);
        for (const double s : matrix->values.head(std::min(count, matrix->values.size())))
            if (s > 1e-9 * matrix->summary.largest) range.low = std::min(range.low, s);
    }
    return range.high > 0 ? range : SeriesRange{0.5, 1};
}

Chart steps_chart(const PanelContext& context, const ModelWeights& model,
                  const ModelSeries& series) {
    const Theme& theme = context.theme;
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    const Eigen::Index count = followed_of(chosen, series);
    const SeriesRange range = range_of(series, count);
    const double first = place_of(model, 0), last = place_of(model, model.series.size() - 1);
    const double room = 0.02 * std::max(last - first, 1.0);
    Chart chart;
    chart.title = series.matrix;
    chart.legend = count <= 8;
    chart.x = {first - room, last + room, false, "checkpoint"};
    const double low = chosen.logarithmic ? 0.7 * range.low : 0;
    chart.y = {low, 1.1 * range.high, chosen.logarithmic, "s", low};
    for (Eigen::Index k = 0; k < count; ++k)
        chart.marks.emplace_back(curve_of(theme, model, series, k, count));
    chart.marks.emplace_back(
        Rule{"", true, place_of(model, model.checkpoint), {theme.accent, Dash::dashed, 0.8F}});
    return chart;
}

std::size_t nearest(const ModelWeights& model, const Axes& axes) {
    const double x = axes.value_x(ImGui::GetMousePos().x);
    std::size_t best = 0;
    for (std::size_t i = 1; i < model.series.size(); ++i)
        if (std::abs(place_of(model, i) - x) < std::abs(place_of(model, best) - x)) best = i;
    return best;
}

void readout(PanelContext& context, const ModelWeights& model, const ModelSeries& series,
             std::size_t place) {
    constexpr Eigen::Index most = 8;
    const Theme& theme = context.theme;
    std::vector<ReadoutRow> rows;
    const SeriesMatrix* matrix = series.at(place);
    if (matrix == nullptr) {
        rows.push_back(
            {series.found[place] ? series.found[place]->fault : "on its way", "", theme.dim});
    } else {
        const Eigen::Index all = followed_of(context.chosen<ModelChoices>(), series);
        const Eigen::Index shown = std::min({most, all, matrix->values.size()});
        for (Eigen::Index k = 0; k < shown; ++k)
            rows.push_back({fmt::format("s{}", k + 1), value_text(matrix->values(k)),
                            rank_colour(theme, static_cast<int>(k), static_cast<int>(all))});
        rows.push_back({"stable rank", value_text(matrix->summary.stable_rank), theme.dim});
        rows.push_back({"‖W − W₀‖/‖W₀‖", value_text(matrix->moved), theme.dim});
    }
    draw_readout(context, checkpoint_words(model, place), rows);
}

void controls(PanelContext& context, const ModelWeights& model, const ModelSeries& series) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    segmented(context, "followed", {"8", "32", "all"}, chosen.followed,
              "How many of the largest singular values are followed.");
    ImGui::SameLine(0, em(0.6F));
    segmented(context, "scale", {"linear", "log"}, chosen.logarithmic, "Of the values.");
    std::string words;
    if (series.known < model.series.size())
        words = fmt::format("{} of {} checkpoints so far", series.known, model.series.size());
    else if (series.faults() > 0)
        words = fmt::format("{} checkpoints have no such matrix", series.faults());
    if (words.empty()) return;
    ImGui::SameLine(0, em(0.8F));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
    ImGui::Dummy({width, em(1.3F)});
    fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + em(0.15F)}, width, context.theme.dim,
                words.c_str());
}

}  // namespace

void draw_model_steps(PanelContext& context, ModelWeights& model, ImVec2 size) {
    if (model.series.empty()) {
        ImGui::BeginChild("steps", size);
        dim_paragraph(context,
                      "Values over training steps: open a folder of checkpoints, as muonscope run "
                      "--save-weights writes one and trainers do, or put a second file beside this "
                      "one by Compare.");
        ImGui::EndChild();
        return;
    }
    const ModelSeries& series = model_series(context, model);
    const float top = ImGui::GetCursorPosY();
    controls(context, model, series);
    size.y -= ImGui::GetCursorPosY() - top;
    if (series.known == 0) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({size.x, std::max(1.0F, size.y)});
        fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + size.y / 2}, size.x,
                    context.theme.dim, "its singular values are on their way");
        return;
    }
    const ChartOptions options{.id = "##model-steps", .name = "model-steps", .size = size};
    Axes axes;
    const Chart chart = steps_chart(context, model, series);
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered) {
        const std::size_t place = nearest(model, axes);
        readout(context, model, series, place);
        if (axes.clicked) show_checkpoint(context, place);
    }
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return steps_chart(on, model, series); });
}

}  // namespace muonscope::gui
