#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/staged_plans.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/presets.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace plots;

// The closed form takes an eigendecomposition: ten times a second are as many as can be read.
void follow_plans(PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    StagedPlans& plans = context.kept<StagedPlans>();
    plans.lanes.resize(snapshot.lanes.size());
    const double now = ImGui::GetTime();
    const bool old = plans.problem != snapshot.problem || plans.spec != snapshot.spec;
    const bool running = snapshot.state == TrainerState::running;
    if (!old && running && now - plans.computed_at < 0.1) return;
    plans.problem = snapshot.problem;
    plans.spec = snapshot.spec;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        if (!old && plans.lanes[l].weights == snapshot.lanes[l].weights) continue;
        const Phase* second = second_phase(*snapshot.spec, l);
        plans.lanes[l] = {};
        if (second == nullptr || !snapshot.lanes[l].weights ||
            snapshot.problem->layer_targets.size() < 2)
            continue;
        const auto& weights = snapshot.lanes[l].weights;
        plans.lanes[l].weights = weights;
        plans.lanes[l].plan =
            staged_plan(snapshot.spec->experiment, *snapshot.problem, *second, *weights);
        const auto& steps = snapshot.lanes[l].phase_steps;
        plans.lanes[l].first_taken = !steps.empty() ? static_cast<double>(steps[0]) : 0;
        plans.lanes[l].taken = steps.size() > 1 ? static_cast<double>(steps[1]) : 0;
        plans.computed_at = now;
    }
}

bool planned(const Snapshot& snapshot) {
    if (!snapshot.spec || !snapshot.problem || snapshot.lanes.empty() ||
        snapshot.lanes.size() != snapshot.spec->lanes.size())
        return false;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        if (second_phase(*snapshot.spec, l) == nullptr) return false;
    return true;
}

std::string count_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.0f}", value) : "–";
}

struct PlanRow {
    const char *name, *help;
    std::string (*text)(const StagedPlans& plans, std::size_t lane);
};

constexpr std::array plan_rows{
    PlanRow{"steps of phase 1", "Taken so far, of layer 1 towards its own target W₁*.",
            [](const StagedPlans& p, std::size_t l) { return count_text(p.lanes[l].first_taken); }},
    PlanRow{
        "‖W₁ − W₁*‖/‖A‖",
        "How far layer 1 is from its balanced factor of the target. The loss of phase 1 is "
        "the square of this.",
        [](const StagedPlans& p, std::size_t l) { return value_text(p.lanes[l].plan.distance); }},
    PlanRow{"phase 2 by the closed form",
            "Steps of layer 2 to the threshold if phase 2 began, or went on, from the weights as "
            "they are now: E_t = E₀ (I − η W₁ᵀW₁)^t, η = 2 lr/‖A‖². Those taken are counted in. "
            "– when it never gets there.",
            [](const StagedPlans& p, std::size_t l) {
                return count_text(p.lanes[l].taken + p.lanes[l].plan.remaining);
            }},
    PlanRow{"phase 2 taken", "Steps of layer 2 so far.",
            [](const StagedPlans& p, std::size_t l) { return count_text(p.lanes[l].taken); }},
    PlanRow{"saved against the first lane",
            "Steps of phase 2 by the closed form: the first lane's less this one's.",
            [](const StagedPlans& p, std::size_t l) {
                const auto all = [](const LanePlan& plan) {
                    return plan.taken + plan.plan.remaining;
                };
                const double saved = all(p.lanes[0]) - all(p.lanes[l]);
                return l == 0 || !std::isfinite(saved) ? "–" : fmt::format("{:+.0f}", saved);
            }},
};

void draw_plans(PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.4F), em(0.15F)});
    if (ImGui::BeginTable(
            "plans", lanes + 1,
            ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                ImGuiTableFlags_NoSavedSettings,
            {std::min(ImGui::GetContentRegionAvail().x, em(15 + 9 * static_cast<float>(lanes))),
             0})) {
        ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthFixed, em(14.5F));
        for (int l = 0; l < lanes; ++l)
            ImGui::TableSetupColumn(fmt::format("##{}", l).c_str(),
                                    ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextColored(context.theme.dim, "from the weights as they are now");
        for (int l = 0; l < lanes; ++l)
            right_cell(snapshot.lanes[l].name, context.theme.lane_text(l));
        for (const PlanRow& row : plan_rows) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(context.theme.dim, "%s", row.name);
            hover_help(context, row.name, row.help);
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (int l = 0; l < lanes; ++l)
                right_cell(row.text(context.kept<StagedPlans>(), static_cast<std::size_t>(l)),
                           context.theme.lane_text(l));
            ImGui::PopFont();
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

void draw_staged_planner(PanelContext& context) {
    if (context.snapshot != nullptr && planned(*context.snapshot)) {
        follow_plans(context);
        draw_plans(context);
    } else {
        ImGui::TextColored(context.theme.dim,
                           "Speaks of a linear two-layer net whose second layer is trained after "
                           "the first.");
        ImGui::SameLine();
        if (quiet_button(context, "Watch one", button_width("Watch one"),
                         "Loads the paper's staged training."))
            watch(context, preset("staged"));
    }
    ImGui::Dummy({0, em(0.4F)});
    draw_staged_sweep(context);
}

}  // namespace

constinit const Panel staged_planner_panel{
    .title = "Staged planner",
    .explanation = "how long layer 2 will take, told from layer 1",
    .help =
        "Once layer 1 stands still, layer 2 is a linear problem: its steps can be counted from the "
        "weights as they are, without training. Below: the same over many seeds.",
    .draw = draw_staged_planner,
    .least = {22, 12},
    .weights = true,
    .narrowest = 30,
    .of_chains = true,
};

}  // namespace muonscope::gui
