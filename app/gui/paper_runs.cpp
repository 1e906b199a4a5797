#include "app/gui/paper_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/session/crew.h"
#include "embedded.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace std::chrono_literals;

// Figures that were to come from jobs that never ended are not missing, only not there.
void drop_absent(std::vector<Comparison>& figures) {
    std::erase_if(figures, [](const Comparison& c) { return !std::isfinite(c.figure.value); });
}

void take_over(PaperRuns& runs) {
    const bool finished = runs.run->wait_for(0ms), cancelled = runs.run->cancelled();
    for (Reproduction::Progress& progress : runs.run->progress()) {
        if (cancelled && progress.share == 0) {
            if (finished) runs.kept.erase(progress.name);
            continue;
        }
        PaperRuns::Kept& kept = runs.kept[progress.name];
        kept.running = !progress.done;
        kept.cancelled =
            cancelled && (progress.share < 1 || progress.error.ends_with(": cancelled"));
        if (kept.cancelled) {
            drop_absent(progress.figures);
            progress.share = kept.progress.share;  // jobs that were given up count as ended
        }
        kept.progress = std::move(progress);
    }
    if (runs.sweeping()) {
        std::vector<Figure> figures;
        for (const Comparison& comparison : runs.kept["sweep"].progress.figures)
            figures.push_back(comparison.figure);
        runs.seeds = sweep_seeds(figures);
    }
    if (finished) runs.run.reset();
}

std::string cell(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, 1, '\\');
    return text;
}

}  // namespace

PaperRuns::PaperRuns() {
    const auto all = published_experiments();
    experiments.assign(all.begin(), all.end());
    published = published_from_json(embedded::text("assets/published.json"), "published figures");
}

PaperRuns& paper_runs(PanelContext& context) {
    PaperRuns& runs = context.kept<PaperRuns>();
    if (runs.busy() && runs.poll_frame != ImGui::GetFrameCount()) {
        runs.poll_frame = ImGui::GetFrameCount();
        take_over(runs);
    }
    context.view.working = context.view.working || runs.busy();
    return runs;
}

void begin_experiments(PanelContext& context, PaperRuns& runs,
                       std::vector<PublishedExperiment> chosen) {
    if (runs.busy() || chosen.empty()) return;
    runs.running.clear();
    for (const PublishedExperiment& experiment : chosen) {
        runs.running.push_back(experiment.name);
        PaperRuns::Kept waiting;
        waiting.running = true;
        runs.kept[experiment.name] = std::move(waiting);
    }
    runs.run = std::make_unique<Reproduction>(std::move(chosen), 0, runs.published,
                                              context.workplace, jobs_at_once());
}

void begin_sweep(PanelContext& context, PaperRuns& runs, int seeds) {
    if (runs.busy()) return;
    runs.running = {"sweep"};
    runs.seeds.clear();
    runs.kept["sweep"] = {};
    runs.kept["sweep"].running = true;
    runs.run =
        std::make_unique<Reproduction>(std::vector<PublishedExperiment>{sweep_experiment(seeds)}, 0,
                                       std::nullopt, context.workplace, jobs_at_once());
}

int jobs_at_once() {
    return std::max(1, hardware_threads() - 1);
}

std::string outcome_text(const PaperRuns::Kept* kept) {
    if (kept == nullptr) return "not run yet";
    const Reproduction::Progress& progress = kept->progress;
    const auto& figures = progress.figures;
    const auto passed = std::count_if(figures.begin(), figures.end(), passes);
    const std::string count = fmt::format("{} of {} figures as published", passed, figures.size());
    if (kept->cancelled)
        return fmt::format("cancelled at {:.0f} %{}", 100 * progress.share,
                           figures.empty() ? "" : "; " + count + " until then");
    if (kept->running)
        return progress.share == 0 ? "waiting for a core"
               : figures.empty()   ? "running"
                                   : "running; " + count + " so far";
    return fmt::format("{}, {:.2f} s", count, progress.seconds);
}

std::string results_markdown(const PaperRuns& runs, std::span<const PublishedExperiment> chosen) {
    std::string text;
    for (const PublishedExperiment& experiment : chosen) {
        const auto found = runs.kept.find(experiment.name);
        if (found == runs.kept.end()) continue;
        text += fmt::format("### {}\n\n{}\n\n", experiment.title, outcome_text(&found->second));
        if (found->second.progress.figures.empty()) continue;
        text += "| quantity | published | here | difference | verdict |\n";
        text += "|---|---:|---:|---:|---|\n";
        for (const Comparison& c : found->second.progress.figures)
            text +=
                fmt::format("| {} | {} | {} | {} | {} |\n", cell(c.figure.label), published_text(c),
                            here_text(c.figure), difference_text(c), verdict_text(c));
        text += "\n";
    }
    return text.empty() ? text : text + std::string(verdict_rule) + "\n";
}

plots::TextTable results_table(const PaperRuns& runs, std::span<const PublishedExperiment> chosen) {
    plots::TextTable table{
        {"experiment", "quantity", "published", "here", "difference", "verdict"}, {}, {0, 1, 5}};
    for (const PublishedExperiment& experiment : chosen) {
        const auto found = runs.kept.find(experiment.name);
        if (found == runs.kept.end()) continue;
        for (const Comparison& c : found->second.progress.figures)
            table.rows.push_back({experiment.title, c.figure.label, published_text(c),
                                  here_text(c.figure), difference_text(c), verdict_text(c)});
    }
    return table;
}

std::string sweep_text(std::span<const SweepSeed> seeds, Budget budget) {
    if (seeds.empty()) return "no seed yet";
    return text_of(paired_differences(seeds, budget));
}

std::string sweep_markdown(std::span<const SweepSeed> seeds, Budget budget) {
    std::string text = fmt::format(
        "Staged training, phase 1: {}. SGD − Muon, steps of phase 2: {}\n\n"
        "| seed | phase 1, SGD | phase 1, Muon | distance, SGD | distance, Muon | phase 2, SGD | "
        "phase 2, Muon | difference |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        budget_title(budget), sweep_text(seeds, budget));
    for (const SweepSeed& seed : seeds) {
        const SweepArm &sgd = seed.arm(budget, 0), &muon = seed.arm(budget, 1);
        text +=
            fmt::format("| {} | {:.0f} | {:.0f} | {:.4f} | {:.4f} | {:.0f} | {:.0f} | {:+.0f} |\n",
                        seed.shift, sgd.first_steps, muon.first_steps, sgd.distance, muon.distance,
                        sgd.second_steps, muon.second_steps, seed.difference(budget));
    }
    return text;
}

}  // namespace muonscope::gui
