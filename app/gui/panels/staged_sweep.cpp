#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/keys.h"
#include "app/gui/paper_runs.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/staged_plans.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// Staged training over many seeds: what Muon saves in phase 2, a stem a seed.
namespace muonscope::gui {

using namespace plots;

namespace {

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
        const std::size_t at = i;
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
    const Budget budget = budgets[plans.budget];
    if (quiet_button(context, "Copy as Markdown", button_width("Copy as Markdown"),
                     "Every seed under this budget, and the sum."))
        ImGui::SetClipboardText(sweep_markdown(runs.seeds, budget).c_str());
    ImGui::EndDisabled();
}

}  // namespace

void draw_staged_sweep(PanelContext& context) {
    PaperRuns& runs = paper_runs(context);
    const Theme& theme = context.theme;
    StagedPlans& plans = context.kept<StagedPlans>();
    plans.budget = std::clamp(plans.budget, 0, 2);
    sweep_controls(context, runs);
    const std::size_t chosen = plans.budget;
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

}  // namespace muonscope::gui
