#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/current_phase.h"
#include "app/gui/lane_rows.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/optim/expected_norm.h"

namespace muonscope::gui {

namespace {

using namespace plots;

struct WeightNormsChoices {
    int layer = 0;  // 0: layer 1
};

std::vector<Remembered> remembered(Preferences& preferences) {
    WeightNormsChoices& own = preferences.panels.of<WeightNormsChoices>();
    return {{"weight_norms_layer", &own.layer, 0, most_matrices - 1}};
}

constexpr const char* norm_help =
    "Frobenius norm ‖W‖ = √Σs². Dotted: where it settles under weight decay if updates do not "
    "depend on the weights, √(γC/(2λ)) with decay ~ γ and √(lr·C/(2λ)) with decay ~ γ², "
    "C = ‖u‖² of the newest update ΔW = −γu; momentum makes updates alike and multiplies C by "
    "(1 + μ)/(1 − μ), Nesterov by a little less. No line for other kinds of decay.";
constexpr const char* along_help =
    "⟨W, ΔW⟩/‖W‖ of the newest step, decay included: what it added to ‖W‖ in the first order. "
    "Negative: it shrank W.";
constexpr const char* across_help =
    "√(‖ΔW‖² − ⟨W, ΔW⟩²/‖W‖²): the length of the part that turns W; it adds its square over 2‖W‖ "
    "to ‖W‖.";
constexpr const char* rate_help = "γ, the learning rate of the newest step: lr times the schedule.";

int chosen_layer(const PanelContext& context) {
    return std::clamp(context.chosen<WeightNormsChoices>().layer + 1, 1,
                      std::max(context.snapshot->layout.layers(), 1));
}

void header(PanelContext& context) {
    begin_header_controls(context, source_picker_width(context));
    layer_picker(context, "##layer", context.chosen<WeightNormsChoices>().layer,
                 "Which layer's weights and updates.");
    end_header_controls(context);
}

const OptimizerSpec* optimizer_now(const Snapshot& snapshot, std::size_t lane, int layer) {
    const Phase* phase = current_phase(snapshot, lane);
    return phase == nullptr ? nullptr : &optimizer_of(*phase, layer);
}

std::vector<LaneRow> rows_of(const Snapshot& snapshot, int layer) {
    const Layout& layout = snapshot.layout;
    const auto now = [&](std::size_t lane, std::size_t channel) {
        const std::vector<double>& row = snapshot.lanes[lane].now;
        return channel < row.size() ? row[channel] : std::nan("");
    };
    std::vector<LaneRow> rows;
    const auto add = [&](std::string name, std::string definition, auto&& value) {
        LaneRow row{std::move(name), std::move(definition), {}};
        for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) row.values.push_back(value(l));
        rows.push_back(std::move(row));
    };
    const auto step_length = [&](std::size_t l) {
        const double along = now(l, layout.update_along(layer));
        const double across = now(l, layout.update_across(layer));
        return std::sqrt(along * along + across * across);
    };
    // The level that a decay of this kind has, or would have with the λ set.
    const auto level = [&](Decay decay) {
        return [&, decay](std::size_t l) {
            const OptimizerSpec* set = optimizer_now(snapshot, l, layer);
            if (!set || set->decay == Decay::none) return std::nan("");
            OptimizerSpec spec = *set;
            spec.decay = decay;
            return expected_norm(spec, now(l, layout.rate(layer)), step_length(l));
        };
    };
    add("‖W‖", "Frobenius norm of the layer's weights.",
        [&](std::size_t l) { return now(l, layout.weight_norm(layer)); });
    add("level, ~ γ",
        "√(γC/(2λ)), C = E‖u‖²: where ‖W‖ settles if it shrinks by γλ a step and updates do not "
        "depend on the weights. γ and C of the newest step, λ as set; – without decay.",
        level(Decay::rate));
    add("level, ~ γ²",
        "√(lr·C/(2λ)): the same if W shrinks by γ²λ/lr a step, which no schedule of γ moves.",
        level(Decay::rate_squared));
    add("‖u‖² = C", "Squared length of the newest update over γ, ΔW = −γu, decay included.",
        [&](std::size_t l) {
            const double u = step_length(l) / now(l, layout.rate(layer));
            return u * u;
        });
    add("γ", rate_help, [&](std::size_t l) { return now(l, layout.rate(layer)); });
    return rows;
}

void draw_weight_norms(PanelContext& context) {
    header(context);
    if (!has_measured_room(context, 8, 6)) return;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    begin_frame(context);
    const Snapshot& snapshot = *context.snapshot;
    const Layout& layout = snapshot.layout;
    const int layer = chosen_layer(context);
    const std::vector<LaneRow> rows = rows_of(snapshot, layer);
    const float gap = em(0.8F);
    const bool series = room.x > em(30);
    const float left = series ? std::floor((room.x - gap) * 0.5F) : room.x;
    const float table = lane_rows_height(rows.size());
    const bool tabled = room.y > table + em(9);

    const auto plot = [&](const char* axis, const char* id, const char* name, std::size_t channel) {
        LanePlot what;
        what.axis = axis;
        what.id = id;
        what.name = name;
        what.first_channel = channel;
        what.logarithmic = false;
        what.from_zero = false;
        what.awaited = "This layer has not moved yet";
        return what;
    };
    LanePlot norms = plot("weight norm", "##weight norm", "weight-norm", layout.weight_norm(layer));
    norms.channels = 2;
    norms.floor = 1;
    norms.floor_counts = true;
    norms.floor_name = "expected";
    norms.from_zero = true;
    const std::size_t expected = layout.expected_norm(layer);
    norms.detail = [expected](const LaneSnapshot& lane, std::size_t sample) {
        const double level = lane.history.value(sample, expected);
        return std::isfinite(level) ? fmt::format(", level {:.4g}", level) : std::string();
    };
    draw_titled_lane_plot(context, "‖W‖; dotted: expected level", norm_help, norms,
                          {left, tabled ? room.y - table - em(0.3F) : room.y});
    if (tabled) {
        ImGui::SetCursorScreenPos({origin.x, origin.y + room.y - table});
        draw_lane_rows(context, rows, left);
    }
    if (series) {
        const float third = std::floor((room.y - em(0.6F)) / 3);
        const ImVec2 at{origin.x + left + gap, origin.y};
        const ImVec2 size{room.x - left - gap, third};
        ImGui::SetCursorScreenPos(at);
        draw_titled_lane_plot(
            context, "update along W", along_help,
            plot("update along", "##along", "update-along", layout.update_along(layer)), size);
        ImGui::SetCursorScreenPos({at.x, at.y + third + em(0.3F)});
        LanePlot across =
            plot("update across", "##across", "update-across", layout.update_across(layer));
        across.from_zero = true;
        draw_titled_lane_plot(context, "update across W", across_help, across, size);
        ImGui::SetCursorScreenPos({at.x, at.y + room.y - third});
        LanePlot rate = plot("rate", "##rate", "learning-rate", layout.rate(layer));
        rate.from_zero = true;
        draw_titled_lane_plot(context, "learning rate γ", rate_help, rate, size);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(room);
}

}  // namespace

constinit const Panel weight_norms_panel{
    .title = "Weight norms",
    .explanation = "what decay and updates do to ‖W‖",
    .help =
        "Each update has a part along W, which changes its length at once, and a part across it, "
        "which lengthens it in the second order. Weight decay works against both; where updates do "
        "not depend on the weights, ‖W‖ settles at √(γC/2λ): dotted.",
    .draw = draw_weight_norms,
    .least = {22, 12},
    .remembered = remembered,
};

}  // namespace muonscope::gui
