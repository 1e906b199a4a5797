#include "core/experiment/published/sweep.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/results.h"
#include "app/cli/spec_choice.h"
#include "app/cli/text_table.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/session/reproduction.h"

namespace muonscope::cli {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;
constexpr long most_seeds = 1000;

Budget budget_in(const std::string& text) {
    for (const Budget budget : budgets)
        if (text == budget_name(budget)) return budget;
    throw Error("--budget " + in_quotes(text), "is not a budget",
                "choose one of fixed, distance, loss");
}

std::string sum(std::span<const SweepSeed> seeds, Budget budget) {
    return "SGD − Muon " + text_of(paired_differences(seeds, budget));
}

std::string table(std::span<const SweepSeed> seeds, Budget budget) {
    std::vector<std::vector<std::string>> lines{{"seed", "phase 1: SGD", "Muon", "distance: SGD",
                                                 "Muon", "phase 2: SGD", "Muon", "difference"}};
    for (const SweepSeed& seed : seeds) {
        const SweepArm &sgd = seed.arm(budget, 0), &muon = seed.arm(budget, 1);
        lines.push_back({std::to_string(seed.shift), fmt::format("{:.0f}", sgd.first_steps),
                         fmt::format("{:.0f}", muon.first_steps),
                         fmt::format("{:.4f}", sgd.distance), fmt::format("{:.4f}", muon.distance),
                         fmt::format("{:.0f}", sgd.second_steps),
                         fmt::format("{:.0f}", muon.second_steps),
                         fmt::format("{:+.0f}", seed.difference(budget))});
    }
    return text_table(lines, {0, 1, 2, 3, 4, 5, 6, 7});
}

Json arm_json(const SweepArm& arm) {
    return {{"first_steps", arm.first_steps},
            {"distance", arm.distance},
            {"second_steps", arm.second_steps}};
}

Json to_json(std::span<const SweepSeed> seeds) {
    Json json;
    for (const Budget budget : budgets) {
        const PairedDifferences found = paired_differences(seeds, budget);
        Json& part = json[std::string(budget_name(budget))];
        part["mean"] = found.mean;
        part["deviation"] = found.deviation;  // null for a single seed
        part["positive"] = found.positive;
        part["seeds"] = Json::array();
        for (const SweepSeed& seed : seeds)
            part["seeds"].push_back({{"seed", seed.shift},
                                     {"sgd", arm_json(seed.arm(budget, 0))},
                                     {"muon", arm_json(seed.arm(budget, 1))},
                                     {"difference", seed.difference(budget)}});
    }
    return json;
}

}  // namespace

int sweep(const SweepArguments& arguments) {
    const auto count = static_cast<int>(whole_number_in(arguments.seeds, "--seeds", 1, most_seeds));
    const Budget budget = budget_in(arguments.budget);
    check_writable(arguments.json, "--json");
    const auto adjust = [&arguments](Spec& spec) { apply_changes(arguments.changes, spec); };
    const Interruption interruption;
    const int workers = worker_count(arguments.workers, 256);
    Workplace workplace(workers);
    Reproduction run({sweep_experiment(count, adjust)}, 0, {}, workplace, workers);
    {
        ProgressLines lines(arguments.quiet);
        while (!run.wait_for(50ms)) {
            if (interruption.signal() != 0) run.cancel();
            if (!lines.due()) continue;
            const auto now = run.progress().front();
            lines.show(
                {fmt::format("{} {:3.0f} %  {}", bar(now.share), 100 * now.share, now.title)});
        }
    }
    if (run.cancelled()) {
        fmt::print(stderr, "muonscope: interrupted; nothing is written\n");
        return interruption.exit_code();
    }
    const auto progress = run.progress().front();
    std::vector<Figure> figures;
    for (const Comparison& comparison : progress.figures) figures.push_back(comparison.figure);
    const std::vector<SweepSeed> seeds = sweep_seeds(figures);
    const std::string json = to_json(seeds).dump(1) + "\n";
    if (arguments.json == standard_output)
        fmt::print("{}", json);
    else if (!arguments.json.empty())
        write_file(arguments.json, json);
    if (arguments.json != standard_output && !arguments.quiet) {
        fmt::print("{}\n{}\n",
                   text_below(fmt::format("{}, phase 1: {}", progress.title, budget_title(budget))),
                   table(seeds, budget));
        for (const Budget each : budgets)
            fmt::print("{}",
                       text_below(fmt::format("{:<16}  {}", budget_title(each), sum(seeds, each))));
    }
    if (!progress.error.empty()) {
        fmt::print(stderr, "muonscope: sweep: {}\n", progress.error);
        return missed;
    }
    return done;
}

}  // namespace muonscope::cli
