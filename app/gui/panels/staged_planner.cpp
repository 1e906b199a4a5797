#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/paper_runs.h"
#include "app/gui/plots/drawn_chart.h"
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

// All that there is room for, at a round distance.
Ticks seed_ticks(const std::vector<SweepSeed>& seeds, int count, double min, double max,
                 float length) {
    Ticks ticks;
    const auto name = [&](int i) {
        const auto at = static_cast<std::size_t>(i);
        return fmt::format("seed {}", at < seeds.size() ? static_cast<int>(seeds[at].shift) : i);
    };
    const float width = ImGui::CalcTextSize(name(count - 1).c_str()).x * 1.8F;
    const double shown = std::max(1.0, max - min);
    const int most = std::max(1, static_cast<int>(length / width));
    // The whole of them is told by its ends.
    if (min <= 0 && max >= count - 1) {
        for (const int i : {0, count / 2, count - 1}) {
            if (i > 0 && i < count - 1 && most < 4) continue;
            ticks.add(i, name(i));
            if (count == 1) break;
        }
        return ticks;
    }
    const int stride =
        std::max(1, static_cast<int>(std::lround(nice_ceiling(std::ceil(shown / most)))));
    for (int i = 0; i < count; i += stride)
        if (i >= min && i <= max) ticks.add(i, name(i));
    return ticks;
}

// Which stem the mouse is on; the number of seeds: none.
std::size_t seed_under_mouse(const Axes& axes, const std::vector<SweepSeed>& seeds) {
    const double at = std::round(axes.value_x(ImGui::GetMousePos().x));
    if (!axes.hovered || !(at >= 0) || at >= static_cast<double>(seeds.size())) return seeds.size();
    return static_cast<std::size_t>(at);
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

// Steps and distances of each arm beside what it saves.
std::vector<Column> arms_of(const std::vector<SweepSeed>& seeds, Budget budget) {
    std::vector<Column> columns;
    for (const std::size_t arm : {0, 1}) {
        const std::string name = arm == 0 ? "SGD" : "Muon";
        Column first{name + " phase 1", {}}, distance{name + " distance", {}},
            second{name + " phase 2", {}};
        for (const SweepSeed& seed : seeds) {
            const SweepArm& at = seed.arm(budget, arm);
            first.values.push_back(at.first_steps);
            distance.values.push_back(at.distance);
            second.values.push_back(at.second_steps);
        }
        columns.insert(columns.end(), {first, distance, second});
    }
    return columns;
}

// One stem a seed, up where Muon saves steps.
Bars stems_of(const PanelContext& context, const std::vector<SweepSeed>& seeds, Budget budget) {
    Bars stems;
    stems.name = "saved";
    stems.index.name = "seed";
    stems.at_least_a_line = true;
    stems.widest = 0.4F;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        const double difference = seeds[i].difference(budget);
        stems.from.push_back(static_cast<double>(i) - 0.3);
        stems.to.push_back(static_cast<double>(i) + 0.3);
        stems.height.push_back(difference);
        stems.colours.push_back(context.theme.lane(difference > 0 ? 1 : 0));
        stems.index.values.push_back(static_cast<double>(seeds[i].shift));
    }
    stems.beside = arms_of(seeds, budget);
    return stems;
}

Chart seeds_chart(const PanelContext& context, const std::vector<SweepSeed>& seeds, int wanted,
                  Budget budget) {
    double low = 0, high = 1;
    for (const SweepSeed& seed : seeds) {
        low = std::min(low, seed.difference(budget));
        high = std::max(high, seed.difference(budget));
    }
    const ValueRange range = linear_range(low, high);
    const int count = std::max({wanted, static_cast<int>(seeds.size()), 1});
    Chart chart;
    chart.legend = false;  // what stems are is the axis' title
    chart.x = {-0.5, count - 0.5};
    chart.x.lines = false;
    chart.x.ticks = [&seeds, count](double min, double max, float length) {
        return seed_ticks(seeds, count, min, max, length);
    };
    chart.y = {range.min, range.max, false, "steps of phase 2 that Muon saves, a stem a seed"};
    chart.marks.emplace_back(Rule{"", false, 0, {context.theme.dim}});
    chart.marks.emplace_back(stems_of(context, seeds, budget));
    if (seeds.size() > 1)
        chart.marks.emplace_back(Rule{"mean",
                                      false,
                                      paired_differences(seeds, budget).mean,
                                      {context.theme.text, Dash::dashed}});
    return chart;
}

// A click watches that seed.
void draw_differences(PanelContext& context, const std::vector<SweepSeed>& seeds, int wanted,
                      Budget budget, ImVec2 room) {
    if (room.x < em(8) || room.y < em(5)) return;
    const Chart chart = seeds_chart(context, seeds, wanted, budget);
    const ChartOptions options{.id = "##seeds differences", .name = "seeds", .size = room};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (const std::size_t over = seed_under_mouse(axes, seeds); over < seeds.size()) {
        seed_readout(context, seeds[over], budget);
        if (axes.clicked) watch(context, spec_of(seeds[over], budget));
    }
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return seeds_chart(on, seeds, wanted, budget); });
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
