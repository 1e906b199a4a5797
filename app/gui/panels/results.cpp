#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/paper_runs.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/presets.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

struct ResultsView {
    int choice = 0;  // 0: all; i: the i-th experiment
};

std::vector<PublishedExperiment> chosen(const PanelContext& context, const PaperRuns& runs) {
    const int choice = context.kept<ResultsView>().choice;
    if (choice <= 0 || choice > static_cast<int>(runs.experiments.size())) return runs.experiments;
    return {runs.experiments[choice - 1]};
}

void header(PanelContext& context, PaperRuns& runs) {
    std::vector<const char*> names{"all experiments"};
    for (const PublishedExperiment& experiment : runs.experiments)
        names.push_back(experiment.title.c_str());
    const float gap = em(0.5F);
    const char* action = runs.busy() ? "Cancel" : "Run";
    begin_header_controls(context, plots::picker_width(names) + button_width("Cancel") +
                                       button_width("Copy as Markdown") + 2 * gap);
    plots::picker(context, "##experiment", names, context.kept<ResultsView>().choice,
                  "Which of the paper's experiments to run and to show.");
    ImGui::SameLine(0, gap);
    if (quiet_button(context, fmt::format("{}###run", action).c_str(), button_width("Cancel"),
                     runs.busy() ? "Ends what runs beside the training, at once; figures that are "
                                   "there already stay."
                                 : "Runs beside the training, on all cores but one. All of them "
                                   "take about a minute of work.",
                     !runs.busy())) {
        if (runs.busy())
            runs.run->cancel();
        else
            begin_experiments(context, runs, chosen(context, runs));
    }
    ImGui::SameLine(0, gap);
    if (quiet_button(context, "Copy as Markdown", button_width("Copy as Markdown"),
                     "The tables of what has been run, with the rule of their verdicts.")) {
        ImGui::SetClipboardText(results_markdown(runs, chosen(context, runs)).c_str());
        say(context.view, "Tables copied");
    }
    end_header_controls(context);
}

void verdict(const Theme& theme, const Comparison& comparison) {
    const bool good = passes(comparison), near = comparison.verdict == Verdict::near;
    ImGui::TableNextColumn();
    ImGui::TextColored(near   ? theme.warning
                       : good ? theme.good
                              : theme.bad,
                       "%s  %s", good ? icon::check : icon::warning,
                       verdict_text(comparison).c_str());
}

void figures_table(PanelContext& context, const std::vector<Comparison>& figures) {
    const Theme& theme = context.theme;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.4F), em(0.12F)});
    if (ImGui::BeginTable("figures", 5,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("quantity", ImGuiTableColumnFlags_WidthStretch);
        for (const char* name : {"published", "here", "difference"})
            ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthFixed, em(7));
        ImGui::TableSetupColumn("verdict", ImGuiTableColumnFlags_WidthFixed, em(9.5F));
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextColored(theme.dim, "quantity");
        for (const char* name : {"published", "here", "difference"}) right_cell(name, theme.dim);
        ImGui::TableNextColumn();
        ImGui::TextColored(theme.dim, "verdict");
        for (const Comparison& comparison : figures) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(comparison.figure.label.c_str());
            if (ImGui::CalcTextSize(comparison.figure.label.c_str()).x >
                ImGui::GetContentRegionAvail().x)
                hover_help(context, "Quantity", comparison.figure.label);
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.93F);
            right_cell(published_text(comparison), theme.dim);
            right_cell(here_text(comparison.figure), theme.text);
            right_cell(difference_text(comparison), theme.dim);
            ImGui::PopFont();
            verdict(theme, comparison);
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

ImVec4 bar_colour(const Theme& theme, const PaperRuns::Kept* kept) {
    if (kept == nullptr || kept->cancelled) return theme.dim;
    if (kept->running) return theme.accent;
    const auto& figures = kept->progress.figures;
    const bool good = kept->progress.error.empty() && !figures.empty() &&
                      std::all_of(figures.begin(), figures.end(), passes);
    return good ? theme.good : theme.bad;
}

void share_bar(const PanelContext& context, double share, const ImVec4& colour) {
    const float height = std::max(2.0F, std::floor(em(0.22F)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float done = width * static_cast<float>(std::clamp(share, 0.0, 1.0));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, {at.x + width, at.y + height}, u32(context.theme.well), height / 2);
    if (done > height)
        draw->AddRectFilled(at, {at.x + done, at.y + height}, u32(colour), height / 2);
    ImGui::Dummy({width, height});
}

void section(PanelContext& context, PaperRuns& runs, const PublishedExperiment& experiment) {
    const Theme& theme = context.theme;
    const auto found = runs.kept.find(experiment.name);
    const PaperRuns::Kept* kept = found == runs.kept.end() ? nullptr : &found->second;
    ImGui::PushID(experiment.name.c_str());
    const float all = ImGui::GetContentRegionAvail().x, button = button_width("Watch it");
    const float left = ImGui::GetCursorPosX();
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(experiment.title.c_str());
    ImGui::PopFont();
    ImGui::SameLine(0, em(0.8F));
    ImGui::TextColored(theme.dim, "%s", outcome_text(kept).c_str());
    if (all > em(24)) {
        ImGui::SameLine();
        ImGui::SetCursorPosX(left + all - button);
    }
    if (quiet_button(context, "Watch it", button,
                     "Loads " + preset(experiment.preset).title +
                         " into the window and starts it: the same run, step by step."))
        watch(context, preset(experiment.preset));
    ImGui::TextColored(theme.dim, "%s", experiment.question.c_str());
    share_bar(context, kept != nullptr ? kept->progress.share : 0, bar_colour(theme, kept));
    if (kept != nullptr && !kept->progress.error.empty() && !kept->cancelled) {
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(theme.bad, "%s  %s", icon::warning, kept->progress.error.c_str());
        ImGui::PopTextWrapPos();
    }
    if (kept != nullptr && !kept->progress.figures.empty())
        figures_table(context, kept->progress.figures);
    ImGui::Dummy({0, em(0.5F)});
    ImGui::PopID();
}

float rule_height(float width) {
    return ImGui::CalcTextSize(verdict_rule.data(), verdict_rule.data() + verdict_rule.size(),
                               false, std::max(width, 1.0F))
               .y +
           em(0.4F);
}

void draw_results(PanelContext& context) {
    PaperRuns& runs = paper_runs(context);
    header(context, runs);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float rule = rule_height(room.x);
    const bool ruled = room.y > rule + em(6);
    ImGui::BeginChild("figures", {0, ruled ? room.y - rule : 0}, ImGuiChildFlags_NavFlattened);
    // Wider, and a row's ends would no longer be seen as one.
    ImGui::BeginChild("column", {std::min(ImGui::GetContentRegionAvail().x, em(72)), 0},
                      ImGuiChildFlags_AutoResizeY | ImGuiChildFlags_NavFlattened);
    for (const PublishedExperiment& experiment : chosen(context, runs))
        section(context, runs, experiment);
    ImGui::EndChild();
    plots::export_menu(
        context, "##export", "results", ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows),
        {.table = {}, .words = [&] { return results_table(runs, chosen(context, runs)); }});
    ImGui::EndChild();
    if (!ruled) return;
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(context.theme.dim, "%s", std::string(verdict_rule).c_str());
    ImGui::PopTextWrapPos();
}

}  // namespace

constinit const Panel results_panel{
    .title = "Results",
    .explanation = "every printed figure of the paper beside ours",
    .help =
        "Runs the published experiments beside the training, on all cores but one, and holds each "
        "figure against the printed one. The training goes on meanwhile.",
    .draw = draw_results,
    .least = {20, 8},
    .narrowest = 36,
};

}  // namespace muonscope::gui
