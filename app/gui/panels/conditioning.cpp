#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/keys.h"
#include "app/gui/local_row.h"
#include "app/gui/panels/conditioning_views.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/conditioned_spec.h"
#include "core/experiment/one_layer_descent.h"
#include "core/experiment/presets.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace plots;

// ---- what can be turned ----

Parameter condition_slider(const char* key, const char* label, const char* help) {
    Parameter parameter;
    parameter.key = key;
    parameter.label = label;
    parameter.min = parameter.usual_min = 1;
    parameter.max = 1e6;
    parameter.usual_max = 1000;
    parameter.scale = ParameterScale::logarithmic;
    parameter.fallback = 10.0;
    parameter.help = help;
    parameter.effect = Effect::restart;
    return parameter;
}

int full_rank(const Snapshot& snapshot) {
    return snapshot.layout.product_rank();
}

void sliders(PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const Experiment& experiment = snapshot.spec->experiment;
    local_row(context,
              condition_slider("start", "κ of the start",
                               "Every layer starts with random vectors and singular values that "
                               "fall evenly on a log axis, from the start's scale to scale/κ."),
              experiment.init.kind == InitKind::conditioned ? experiment.init.condition : 1.0,
              [&](const Value& chosen) {
                  watch(context, with_start_condition(*snapshot.spec, std::get<double>(chosen)));
              });
    local_row(context,
              condition_slider("target", "κ of the target",
                               "The target gets as many modes as fit and singular values that "
                               "fall evenly on a log axis, from its scale to scale/κ: kind "
                               "exponential, decay κ^(−1/(n−1))."),
              std::max(1.0, target_condition(*snapshot.problem)), [&](const Value& chosen) {
                  watch(context, with_target_condition(*snapshot.spec, full_rank(snapshot),
                                                       std::get<double>(chosen)));
              });
}

// ---- the table of one lane ----

std::string kappa(double value) {
    if (!std::isfinite(value)) return value_text(value);
    if (value >= 1e5) return fmt::format("{:.1e}", value);
    return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

struct Heading {
    const char *name, *help;
};
constexpr std::array headings{
    Heading{"κ(W)", "s₁/sₙ of the layer's own weights."},
    Heading{"below",
            "κ of what stands before the layer: W_{l−1}…W₁, times the data X where there are any. "
            "1: nothing does."},
    Heading{"above", "κ of what stands after it: W_L…W_{l+1}. 1: nothing does."},
    Heading{"κ(J)",
            "κ of the layer's own problem. J = (W_{l−1}…W₁)ᵀ ⊗ (W_L…W_{l+1}) maps a change of W_l "
            "to a change of the product, so its κ is that below times that above."}};

// Through tanh the product is the response to unit vectors, measured with every sample.
double measured_product(const PanelContext& context, std::size_t lane) {
    const Layout& layout = context.snapshot->layout;
    const std::vector<double>& row = context.snapshot->lanes[lane].now;
    const std::size_t first = layout.product_sv(0);
    const std::size_t last = layout.product_sv(layout.product_rank() - 1);
    return last < row.size() ? row[first] / row[last] : std::nan("");
}

void lane_table(PanelContext& context, const ConditioningNow& now, std::size_t lane) {
    const bool linear = is_linear(context.snapshot->spec->experiment);
    const Conditioning& numbers = now.lanes[lane].numbers;
    const int columns = linear ? 5 : 2;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.12F)});
    if (ImGui::BeginTable("conditions", columns,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 1.3F);
        for (int c = 1; c < columns; ++c)
            ImGui::TableSetupColumn(headings[c - 1].name, ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        for (int c = 1; c < columns; ++c) {
            const Heading& heading = headings[c - 1];
            right_cell(heading.name, context.theme.dim);
            hover_help(context, heading.name, heading.help);
        }
        const auto row = [&](const std::string& name, const std::vector<double>& values) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(context.theme.dim, "%s", name.c_str());
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (const double value : values) right_cell(kappa(value), context.theme.text);
            ImGui::PopFont();
        };
        for (std::size_t l = 0; l < numbers.layers.size(); ++l) {
            const LayerJacobian& jacobian = numbers.jacobians[l];
            std::vector<double> values{numbers.layers[l]};
            if (linear)
                values.insert(values.end(), {jacobian.below.condition(), jacobian.above.condition(),
                                             jacobian.condition()});
            row(source_name(context.snapshot->layout, static_cast<int>(l + 1)), values);
        }
        row("product", {linear ? numbers.product : measured_product(context, lane)});
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

// ---- the rate of one lane ----

void rate_line(PanelContext& context, const char* name, const std::string& text, const char* help) {
    ImGui::TextColored(context.theme.dim, "%s", name);
    hover_help(context, name, help);
    ImGui::SameLine();
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
    right_text(text, context.theme.text);
    ImGui::PopFont();
}

std::string ratio_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.5f}", value) : "–";
}

void rates(PanelContext& context, const ConditioningNow& now, std::size_t lane) {
    const Snapshot& snapshot = *context.snapshot;
    if (!is_linear(snapshot.spec->experiment)) {
        dim_paragraph(
            context,
            "Through tanh the map from one layer to the outputs is no longer linear: its "
            "Jacobian depends on the inputs and is no product of two factors, so only the "
            "layers' own κ and that of the response to unit vectors are shown.");
        return;
    }
    const auto told = prediction(snapshot, now, lane);
    if (!told) {
        dim_paragraph(
            context,
            "Where plain SGD on all data trains one layer alone, κ(J) tells how fast: the "
            "error shrinks by (κ² − 1)/(κ² + 1) a step at the best rate. This lane's phase "
            "is not of that kind.");
        if (quiet_button(context, "Watch one that is", button_width("Watch one that is"),
                         "Loads the preset Conditioning: layer 1 alone, layer 2 fixed."))
            watch(context, preset("conditioning"));
        return;
    }
    const Series measured = measured_ratios(snapshot, lane);
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::Text("Error left after a step, %s alone",
                source_name(snapshot.layout, told->layer).c_str());
    ImGui::PopFont();
    rate_line(context, "measured",
              ratio_text(measured.values.empty() ? NAN : measured.values.back()),
              "√(loss/loss one step before) at the newest recorded step. It "
              "comes to the prediction from below, once only the slowest direction is left; a "
              "part of the error that this layer cannot remove brings it to 1.");
    rate_line(context, "predicted", ratio_text(told->ratio),
              "max |1 − rate·s²| over the ends s₁, sₙ of J's singular values, at this lane's "
              "learning rate. Above 1 the error grows.");
    rate_line(context, "at the best rate", ratio_text(told->best_ratio),
              "(κ² − 1)/(κ² + 1), κ = κ(J): both ends then shrink equally.");
    rate_line(context, "learning rate", value_text(told->lr), "This lane's.");
    rate_line(context, "best rate", value_text(told->best_lr),
              "2/(s₁² + sₙ²), in terms of this experiment's loss.");
    const Phase& phase = *current_phase(snapshot, lane);
    if (told->best_lr > 0 && std::isfinite(told->best_lr) &&
        quiet_button(context, "Take the best rate", button_width("Take the best rate"),
                     "Sets this lane's learning rate, from the next step on.") &&
        optimizer_of(phase, told->layer).lr != told->best_lr)
        context.send(SetParameter{fmt::format("lanes.{}.optimizer.lr", lane),
                                  std::clamp(told->best_lr, parameter_at("optimizer.lr").min,
                                             parameter_at("optimizer.lr").max),
                                  true});
}

void draw_conditioning(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->spec || !snapshot->problem || snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    ConditioningNow& now = conditioning_now(context);
    SideColumn column = begin_side_column("numbers", em(21), em(15));
    sliders(context);
    ImGui::Dummy({0, em(0.2F)});
    std::vector<const char*> lanes;
    for (const LaneSnapshot& lane : snapshot->lanes) lanes.push_back(lane.name.c_str());
    now.lane = std::clamp(now.lane, 0, static_cast<int>(lanes.size()) - 1);
    if (lanes.size() > 1) picker(context, "##lane", lanes, now.lane, "Whose numbers stand below.");
    const std::size_t lane = now.lane;
    if (now.has(lane)) {
        lane_table(context, now, lane);
        ImGui::Dummy({0, em(0.3F)});
        rates(context, now, lane);
    } else {
        ImGui::TextColored(context.theme.dim, "working it out");
    }
    end_side_column(column);
    draw_condition_curves(context, now, column.rest);
}

}  // namespace

constinit const Panel conditioning_panel{
    .title = "Conditioning",
    .explanation = "how stretched each layer's problem is",
    .help =
        "κ = s₁/sₙ of each layer, of the product, and of the problem that each layer faces while "
        "the "
        "others stand still. Where one layer is trained alone, the rate at which gradient descent "
        "shrinks the error is known from it: drawn beside the rate of the run.",
    .draw = draw_conditioning,
    .least = {22, 12},
    .weights = true,
    .of_chains = true,
};

}  // namespace muonscope::gui
