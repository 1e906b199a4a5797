#include "app/cli/reproduce.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/results.h"
#include "app/cli/text_table.h"
#include "app/cli/writable.h"
#include "core/base/program.h"
#include "core/documents/published_json.h"
#include "core/formats/files.h"
#include "embedded.h"

namespace muonscope::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// In the order of the paper, each once.
std::vector<PublishedExperiment> chosen(const std::vector<std::string>& names) {
    const auto experiments = published_experiments();
    bool all = names.empty();
    for (const std::string& name : names)
        if (name == "all")
            all = true;
        else
            published_experiment(name);  // must exist
    std::vector<PublishedExperiment> result;
    for (const PublishedExperiment& experiment : experiments)
        if (all || std::find(names.begin(), names.end(), experiment.name) != names.end())
            result.push_back(experiment);
    return result;
}

void show(ProgressLines& lines, const std::vector<Reproduction::Progress>& experiments) {
    std::vector<std::string> text;
    for (const auto& experiment : experiments)
        text.push_back(fmt::format("{} {:3.0f} %  {}", bar(experiment.share),
                                   100 * experiment.share, experiment.title));
    lines.show(text);
}

std::vector<Figure> figures_of(const std::vector<Reproduction::Progress>& experiments) {
    std::vector<Figure> figures;
    for (const auto& experiment : experiments)
        for (const Comparison& comparison : experiment.figures)
            if (here_text(comparison.figure) != "-") figures.push_back(comparison.figure);
    return figures;
}

bool whole(const Reproduction::Progress& experiment, bool judged) {
    const auto& figures = experiment.figures;
    return experiment.error.empty() &&
           (!judged || std::all_of(figures.begin(), figures.end(), passes));
}

}  // namespace

int reproduce(const ReproducePlan& plan) {
    std::optional<Published> published;
    if (plan.seed == 0) published = published_from_json(plan.published_text, "published figures");
    const bool judged = published.has_value();

    const Interruption interruption;
    const SteadyClock::time_point started = SteadyClock::now();
    Workplace workplace(plan.workers);
    Reproduction run(plan.experiments, plan.seed, std::move(published), workplace, plan.workers);
    {
        ProgressLines lines(plan.quiet);
        while (!run.wait_for(50ms)) {
            if (interruption.signal() != 0) run.cancel();
            if (lines.due()) show(lines, run.progress());
        }
    }
    if (run.cancelled()) {
        fmt::print(stderr, "muonscope: interrupted; nothing is written\n");
        return interruption.exit_code();
    }
    const double seconds = std::chrono::duration<double>(SteadyClock::now() - started).count();
    const auto experiments = run.progress();
    std::vector<Figure> figures = figures_of(experiments);
    if (!judged)  // nothing was printed of them: whoever goes on with them wants all digits
        for (Figure& figure : figures) figure.format.clear();
    const std::string json =
        figures_json(figures, plan.published_text,
                     fmt::format("muonscope {}, seed {}", program_version(), plan.seed));
    if (plan.json == standard_output)
        fmt::print("{}", json);
    else if (!plan.json.empty())
        write_file(plan.json, json);
    if (plan.json != standard_output && !plan.quiet) {
        const int threads = std::max(1, workplace.threads());  // where none is to be had, this one
        fmt::print("{}{} figures in {:.1f} s on {} {}\n", reproduction_table(experiments, judged),
                   figures.size(), seconds, threads, threads == 1 ? "thread" : "threads");
        if (judged) fmt::print("{}", text_below(std::string(verdict_rule)));
    }
    for (const auto& experiment : experiments)
        if (!experiment.error.empty())
            fmt::print(stderr, "muonscope: {}: {}\n", experiment.name, experiment.error);
    const bool all = std::all_of(experiments.begin(), experiments.end(),
                                 [&](const auto& experiment) { return whole(experiment, judged); });
    return all ? done : missed;
}

int reproduce(const ReproduceArguments& arguments) {
    ReproducePlan plan;
    plan.experiments = chosen(arguments.experiments);
    if (!arguments.seed.empty())
        plan.seed =
            static_cast<std::uint64_t>(whole_number_in(arguments.seed, "--seed", 0, largest_shift));
    plan.published_text = embedded::text("assets/published.json");
    plan.json = arguments.json;
    plan.quiet = arguments.quiet;
    check_writable(plan.json, "--json");
    plan.workers = worker_count(arguments.workers, 256);
    return reproduce(plan);
}

}  // namespace muonscope::cli
