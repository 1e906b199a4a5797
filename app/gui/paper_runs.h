#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/table_text.h"
#include "core/documents/published_json.h"
#include "core/experiment/published/sweep.h"
#include "core/session/reproduction.h"

// The paper's runs beside the training: one set of jobs at a time, on all cores but the one the
// window keeps, and what the newest of each came to. Kept with the view; going with it ends what
// still runs.
namespace muonscope::gui {

struct PaperRuns {
    struct Kept {
        Reproduction::Progress progress;
        bool running = false, cancelled = false;
    };

    std::vector<PublishedExperiment> experiments;  // in the order of the paper
    Published published;
    std::unique_ptr<Reproduction> run;  // null: nothing runs
    std::vector<std::string> running;   // names, "sweep" alone for a sweep
    std::map<std::string, Kept> kept;   // by name; not there: never run
    std::vector<SweepSeed> seeds;       // of the newest sweep, as far as it has come
    int poll_frame = -1;

    PaperRuns();

    bool busy() const { return run != nullptr; }
    bool sweeping() const { return busy() && running.front() == "sweep"; }
};

// The runs of this view, made when first asked for; takes over what came since the last frame, and
// asks for frames while something runs.
PaperRuns& paper_runs(PanelContext& context);

// Both do nothing while something runs.
void begin_experiments(PanelContext& context, PaperRuns& runs,
                       std::vector<PublishedExperiment> chosen);
void begin_sweep(PanelContext& context, PaperRuns& runs, int seeds);

// How many jobs run at once: one core is left to the window.
int jobs_at_once();

// "10 of 10 figures as published, 0.51 s"; or how it stands.
std::string outcome_text(const PaperRuns::Kept* kept);
// Tables of what has been run, with the rule of their verdicts.
std::string results_markdown(const PaperRuns& runs, std::span<const PublishedExperiment> chosen);
// The same as one table, with the experiment before each row.
plots::TextTable results_table(const PaperRuns& runs, std::span<const PublishedExperiment> chosen);
// Every seed under one budget, and the sum.
std::string sweep_markdown(std::span<const SweepSeed> seeds, Budget budget);
// "+69.8 ± 98.0 steps, positive in 33 of 40"
std::string sweep_text(std::span<const SweepSeed> seeds, Budget budget);

}  // namespace muonscope::gui
