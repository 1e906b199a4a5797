#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/panels/conditioning_views.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/series_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/one_layer_descent.h"
#include "imgui.h"

// Condition numbers over steps, and how much of the error each step left beside what theory says.
namespace muonscope::gui {

using namespace plots;

bool is_linear(const Experiment& experiment) {
    for (int layer = 1; layer <= experiment.network.depth; ++layer)
        if (has_tanh(experiment.network, layer)) return false;
    return true;
}

std::optional<Prediction> prediction(const Snapshot& snapshot, const ConditioningNow& now,
                                     std::size_t lane) {
    const Phase* phase = current_phase(snapshot, lane);
    if (phase == nullptr || !now.has(lane)) return {};
    const int layer = layer_trained_alone(snapshot.spec->experiment, *phase);
    if (layer == 0) return {};
    const LayerJacobian& jacobian = now.lanes[lane].numbers.jacobians[layer - 1];
    const double lr = optimizer_of(*phase, layer).lr;
    return Prediction{layer, lr, learning_rate(*snapshot.problem, jacobian.best_rate()),
                      jacobian.ratio(half_loss_rate(*snapshot.problem, lr)), jacobian.best_ratio()};
}

Series measured_ratios(const Snapshot& snapshot, std::size_t lane) {
    const HistoryView& history = snapshot.lanes[lane].history;
    Series series;
    const std::size_t channel = snapshot.layout.error_left();
    for (std::size_t i = 1; i < history.size(); ++i) {
        series.steps.push_back(static_cast<double>(history.step(i)));
        series.values.push_back(history.value(i, channel));
        series.firsts.push_back(static_cast<double>(history.first_step(i)));
        series.lows.push_back(history.low(i, channel));
        series.highs.push_back(history.high(i, channel));
    }
    return series;
}

namespace {

std::vector<std::string> source_names(const Layout& layout, bool linear) {
    std::vector<std::string> names;
    for (int source = 0; source <= layout.layers(); ++source)
        names.push_back(source_name(layout, source));
    for (int layer = 1; layer <= layout.layers() && linear; ++layer)
        names.push_back("J of " + layout.name(layer));
    return names;
}

Series condition_series(const Snapshot& snapshot, const ConditioningNow& now, std::size_t lane,
                        int source) {
    const Layout& layout = snapshot.layout;
    const HistoryView& history = snapshot.lanes[lane].history;
    const int depth = layout.layers();
    Series series;
    // κ of one matrix at every sample of the history.
    const auto add = [&](std::size_t first, int rank) {
        const std::size_t last = first + rank - 1;
        for (std::size_t i = 0; i < history.size() && last < history.channels(); ++i) {
            const double kappa = history.value(i, first) / history.value(i, last);
            series.steps.push_back(static_cast<double>(history.step(i)));
            series.values.push_back(kappa);
            series.firsts.push_back(static_cast<double>(history.first_step(i)));
        }
    };
    if (source <= depth) {
        if (source == 0)
            add(layout.product_sv(0), layout.product_rank());
        else
            add(layout.weight_sv(source, 0), layout.rank(source));
    } else if (now.has(lane)) {
        // Products of several layers are not in the history: as far as somebody looked.
        const std::size_t at = source - depth - 1;
        for (const ValueTrace::Sample& sample : now.lanes[lane].trace.samples())
            if (at < sample.values.size()) {
                series.steps.push_back(static_cast<double>(sample.step));
                series.values.push_back(sample.values[at]);
            }
        // A single one on each side is.
        if (depth == 2 && snapshot.problem->data.inputs.size() == 0) {
            series = {};
            const int other = source - depth == 1 ? 2 : 1;
            add(layout.weight_sv(other, 0), layout.rank(other));
        }
    }
    return series;
}

}  // namespace

void draw_condition_curves(PanelContext& context, ConditioningNow& now, ImVec2 room) {
    const Snapshot& snapshot = *context.snapshot;
    const bool linear = is_linear(snapshot.spec->experiment);
    const std::vector<std::string> names = source_names(snapshot.layout, linear);
    std::vector<const char*> labels;
    for (const std::string& name : names) labels.push_back(name.c_str());

    std::vector<Series> conditions, ratios;
    std::vector<ReferenceLine> levels;
    now.source = std::clamp(now.source, 0, static_cast<int>(names.size()) - 1);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const auto lane = static_cast<int>(l);
        const auto of_lane = [&](Series series) {
            series.name = snapshot.lanes[l].name;
            series.colour = context.theme.lane(lane);
            series.dash = lane_dash(lane);
            if (snapshot.lanes[l].lost())
                series.sound_until = static_cast<double>(snapshot.lanes[l].sound_step);
            return series;
        };
        conditions.push_back(of_lane(condition_series(snapshot, now, l, now.source)));
        const auto told = prediction(snapshot, now, l);
        ratios.push_back(of_lane(measured_ratios(snapshot, l)));
        ratios.back().leads = told.has_value();
        if (told)
            levels.push_back(
                {snapshot.lanes[l].name + ", predicted", told->ratio, context.theme.lane(lane)});
    }
    if (levels.empty())
        for (Series& series : ratios) series.leads = true;
    const bool both = room.y > em(20);
    ImGui::BeginGroup();
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(context.theme.dim, "κ of");
    ImGui::SameLine(0, em(0.4F));
    picker(context, "##source", labels, now.source,
           "Product and layers at every recorded step. J, the problem of one layer, is worked out "
           "from the newest weights while this panel is shown.");
    const float used = em(1.9F);
    const float each = both ? (room.y - 2 * used) / 2 : room.y - used;
    SeriesPlot condition{"condition", "##condition", "condition", true, "Not measured yet"};
    draw_series_plot(context, condition, {room.x, each}, conditions, {});
    if (both) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        fitted_text(ImGui::GetWindowDrawList(), at, room.x, context.theme.dim,
                    levels.empty() ? "error left after a step" : "error left; broken: predicted");
        ImGui::Dummy({room.x, ImGui::GetTextLineHeight()});
        hover_help(context, "Error left after a step",
                   "√(loss / loss before), at each step; broken lines: what the theory predicts.");
        SeriesPlot ratio{"ratio", "##ratio", "ratio", false, "No two steps yet"};
        draw_series_plot(context, ratio, {room.x, ImGui::GetContentRegionAvail().y}, ratios,
                         levels);
    }
    ImGui::EndGroup();
}

}  // namespace muonscope::gui
