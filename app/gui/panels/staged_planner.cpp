#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/paper_runs.h"
#include "app/gui/plots/graph.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
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
            right_cell(snapshot.lanes[static_cast<std::size_t>(l)].name,
                       context.theme.lane_text(l));
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

constexpr std::array budget_help{
    "Phase 1 takes the published number of steps in both arms; Muon is then farther from its "
    "target.",
    "Phase 1 ends in both arms at the distance ‖W₁ − W₁*‖ at which the farther arm (Muon) is after "
    "the published number of steps: SGD stops earlier.",
    "Phase 1 ends in both arms at the loss that the nearer arm (SGD) has after the published "
    "number of steps: Muon goes on. The loss is distance²/‖A‖² here, so this differs from matched "
    "distance only in the level."};

// The first seed, one in the middle where there is room, and the last.
Ticks seed_ticks(const std::vector<SweepSeed>& seeds, int count, float length) {
    Ticks ticks;
    for (const int i : {0, count / 2, count - 1}) {
        const auto at = static_cast<std::size_t>(i);
        const std::string text =
            fmt::format("seed {}", at < seeds.size() ? static_cast<int>(seeds[at].shift) : i);
        const float width = ImGui::CalcTextSize(text.c_str()).x;
        if (i > 0 && width * 3.5F > length && i != count - 1) continue;
        ticks.add(i, text);
        if (count == 1) break;
    }
    return ticks;
}

// Which stem the mouse is on; the number of seeds: none.
std::size_t draw_stems(const PanelContext& context, const Graph& graph,
                       const std::vector<SweepSeed>& seeds, Budget budget) {
    const float slot = graph.pixel_x(1) - graph.pixel_x(0);
    const float half = std::clamp(slot * 0.3F, 0.5F, em(0.4F)), zero = graph.pixel_y(0);
    std::size_t over = seeds.size();
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        const double difference = seeds[i].difference(budget);
        const float x = graph.pixel_x(static_cast<double>(i)), y = graph.pixel_y(difference);
        ImGui::GetWindowDrawList()->AddRectFilled({x - half, std::min(y, zero)},
                                                  {x + half, std::max(y, zero) + 1},
                                                  u32(context.theme.lane(difference > 0 ? 1 : 0)));
        if (graph.hovered && std::abs(ImGui::GetMousePos().x - x) <= slot / 2) over = i;
    }
    return over;
}

void seed_readout(PanelContext& context, const SweepSeed& seed, Budget budget) {
    std::vector<ReadoutRow> rows;
    for (const std::size_t arm : {0, 1}) {
        const SweepArm& at = seed.arm(budget, arm);
        rows.push_back({arm == 0 ? "SGD" : "Muon",
                        fmt::format("{:.0f} steps to {:.4f}, then {:.0f}", at.first_steps,
                                    at.distance, at.second_steps),
                        context.theme.lane(static_cast<int>(arm))});
    }
    rows.push_back({"saved", fmt::format("{:+.0f}", seed.difference(budget)), context.theme.text});
    draw_readout(context, fmt::format("seed {}; click to watch it", seed.shift), rows);
}

Table seeds_table(const std::vector<SweepSeed>& seeds, Budget budget) {
    Table table{{"seed", "SGD phase 1", "SGD distance", "SGD phase 2", "Muon phase 1",
                 "Muon distance", "Muon phase 2", "saved"},
                {}};
    for (const SweepSeed& seed : seeds) {
        std::vector<double> row{static_cast<double>(seed.shift)};
        for (const std::size_t arm : {0, 1}) {
            const SweepArm& at = seed.arm(budget, arm);
            row.insert(row.end(), {at.first_steps, at.distance, at.second_steps});
        }
        row.push_back(seed.difference(budget));
        table.rows.push_back(std::move(row));
    }
    return table;
}

// One stem a seed, up where Muon saves steps; a click watches that seed.
void draw_differences(PanelContext& context, const std::vector<SweepSeed>& seeds, int wanted,
                      Budget budget, ImVec2 room) {
    if (room.x < em(8) || room.y < em(5)) return;
    double low = 0, high = 1;
    for (const SweepSeed& seed : seeds) {
        low = std::min(low, seed.difference(budget));
        high = std::max(high, seed.difference(budget));
    }
    const ValueRange range = linear_range(low, high);
    const int count = std::max({wanted, static_cast<int>(seeds.size()), 1});
    GraphAxis across{-0.5, count - 0.5};
    across.lines = false;
    across.ticks = [&](double, double, float length) { return seed_ticks(seeds, count, length); };
    const GraphOptions options{
        "##seeds",
        room,
        across,
        {range.min, range.max, false, "steps of phase 2 that Muon saves, a stem a seed"}};
    Graph graph;
    if (!begin_graph(context, options, graph)) return;
    draw_horizontal(context, graph, 0, context.theme.dim, Dash::solid);
    const std::size_t over = draw_stems(context, graph, seeds, budget);
    if (seeds.size() > 1)
        draw_horizontal(context, graph, paired_differences(seeds, budget).mean, context.theme.text,
                        Dash::dashed);
    end_graph(context, graph);
    if (over < seeds.size()) {
        seed_readout(context, seeds[over], budget);
        if (graph.clicked) watch(context, spec_of(seeds[over], budget));
    }
    export_menu(
        context, "##export seeds", "seeds", graph.hovered,
        [&] { return seeds_table(seeds, budget); }, [&] { fit_graph(context, options.id); }, false);
}

void sweep_controls(PanelContext& context, PaperRuns& runs) {
    StagedPlans& plans = context.kept<StagedPlans>();
    const float gap = em(0.5F);
    ImGui::AlignTextToFramePadding();
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted("Over seeds");
    ImGui::PopFont();
    ImGui::SameLine(0, gap);
    segmented(context, "budget", {"fixed steps", "matched distance", "matched loss"}, plans.budget,
              "When phase 1 ends. One sweep measures all three.");
    ImGui::SameLine(0, gap);
    ImGui::SetNextItemWidth(em(4));
    ImGui::BeginDisabled(runs.busy());
    if (ImGui::InputInt("##seeds", &plans.seeds, 0)) plans.seeds = std::clamp(plans.seeds, 1, 1000);
    ImGui::EndDisabled();
    hover_help(context, "Seeds", "How many, from the published one on: 1 to 1000.");
    ImGui::SameLine(0, em(0.3F));
    ImGui::TextColored(context.theme.dim, "seeds");
    ImGui::SameLine(0, gap);
    const bool foreign = runs.busy() && !runs.sweeping();
    ImGui::BeginDisabled(foreign);
    if (quiet_button(context, runs.sweeping() ? "Cancel###sweep" : "Run###sweep",
                     button_width("Cancel"),
                     foreign ? "The paper's experiments run; one thing at a time, or the training "
                               "would stand still."
                             : "Trains layer 1 by both arms for every seed, beside the training, "
                               "on all cores but one.",
                     !runs.busy())) {
        if (runs.sweeping())
            runs.run->cancel();
        else
            begin_sweep(context, runs, plans.seeds);
    }
    ImGui::EndDisabled();
    ImGui::SameLine(0, gap);
    ImGui::BeginDisabled(runs.seeds.empty());
    const Budget budget = budgets[static_cast<std::size_t>(plans.budget)];
    if (quiet_button(context, "Copy as Markdown", button_width("Copy as Markdown"),
                     "Every seed under this budget, and the sum."))
        ImGui::SetClipboardText(sweep_markdown(runs.seeds, budget).c_str());
    ImGui::EndDisabled();
}

void draw_sweep(PanelContext& context) {
    PaperRuns& runs = paper_runs(context);
    const Theme& theme = context.theme;
    StagedPlans& plans = context.kept<StagedPlans>();
    plans.budget = std::clamp(plans.budget, 0, 2);
    sweep_controls(context, runs);
    const auto chosen = static_cast<std::size_t>(plans.budget);
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(theme.dim, "%s", budget_help[chosen]);
    ImGui::PopTextWrapPos();
    const auto found = runs.kept.find("sweep");
    if (found != runs.kept.end()) {
        const PaperRuns::Kept& kept = found->second;
        const std::string state = kept.running
                                      ? fmt::format("{:.0f} %:  ", 100 * kept.progress.share)
                                  : kept.cancelled ? "cancelled:  "
                                                   : "";
        ImGui::Text("%sSGD − Muon  %s", state.c_str(),
                    sweep_text(runs.seeds, budgets[chosen]).c_str());
        hover_help(context, "Paired differences",
                   "Steps of phase 2 after SGD less those after Muon, seed by seed: mean ± sample "
                   "deviation, and how many are above zero.");
        if (!kept.progress.error.empty() && !kept.cancelled)
            ImGui::TextColored(theme.bad, "%s", kept.progress.error.c_str());
    } else {
        ImGui::TextColored(theme.dim, "not run yet");
    }
    if (!runs.seeds.empty())
        draw_differences(context, runs.seeds, runs.sweeping() ? plans.seeds : 0, budgets[chosen],
                         ImGui::GetContentRegionAvail());
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
    draw_sweep(context);
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
    .narrowest = 30,
};

}  // namespace muonscope::gui
