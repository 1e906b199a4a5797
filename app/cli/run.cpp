#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/lane_table.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/results.h"
#include "app/cli/saved_weights.h"
#include "app/cli/spec_choice.h"
#include "app/cli/stop_rule.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/experiment/parameters.h"
#include "core/session/pacer.h"

namespace muonscope::cli {
namespace {

// More steps between two looks at the bar and at Ctrl+C while they stay short in time. Where a
// stretch ends changes no result.
constexpr double seconds_between_looks = 0.02;

void train(Session& session, std::int64_t steps, const std::vector<Bound>& until, WorkerPool& pool,
           const Interruption& interruption, SavedWeights* weights) {
    ProgressBar bar(steps);
    StretchLength stretch(seconds_between_looks);
    bool met = false;
    if (weights) weights->take(session);
    while (session.step() < steps && !session.ended() && !met && interruption.signal() == 0) {
        const std::int64_t before = session.step();
        const Clock::time_point started = Clock::now();
        const std::int64_t stop = weights ? weights->stop_after(before, steps) : steps;
        met = session.advance_until(std::min(stop, before + stretch.steps()), until, pool);
        stretch.took(session.step() - before,
                     std::chrono::duration<double>(Clock::now() - started).count());
        bar.show(session);
        if (session.step() == before) break;  // every lane has ended
        if (weights) weights->take(session);
    }
    if (weights) weights->take(session, true);
}

// Where results and weights go: two folders, or one.
struct Folders {
    std::optional<OutputFolder> results, own;  // own: of the weights, where it is another
    std::optional<SavedWeights> weights;

    explicit Folders(const RunArguments& arguments) {
        if (arguments.force && arguments.out.empty() && arguments.weights.empty())
            throw Error("--force", "no folder is named",
                        "name the one whose results it replaces by --out or --save-weights");
        if (!arguments.weights_every.empty() && arguments.weights.empty())
            throw Error("--weights-every", "no folder is named", "name it by --save-weights");
        const std::int64_t every =
            arguments.weights_every.empty()
                ? 0
                : whole_number_in(arguments.weights_every, "--weights-every", 1, 1'000'000'000'000);
        if (!arguments.out.empty()) results.emplace(arguments.out, arguments.force);
        if (arguments.weights.empty()) return;
        std::error_code different;
        const bool same =
            results && std::filesystem::equivalent(results->path(), arguments.weights, different);
        if (!same) own.emplace(arguments.weights, arguments.force, "--save-weights");
        weights.emplace(same ? *results : *own, every);
    }
    Folders(const Folders&) = delete;
};

void report_divergence(const Snapshot& snapshot) {
    for (const LaneSnapshot& lane : snapshot.lanes) {
        if (!lane.divergence) continue;
        const Divergence& fault = *lane.divergence;
        const std::string layer = fault.layer > 0 ? ", " + snapshot.layout.name(fault.layer) : "";
        fmt::print(
            stderr,
            "muonscope: lane {} diverged at step {}{}: {}; it was sound up to step {}: try a "
            "smaller learning rate\n",
            in_quotes(lane.name), fault.step, layer, fault.what, lane.sound_step);
    }
}

}  // namespace

int run(const RunArguments& arguments) {
    Spec spec = chosen_spec(arguments.spec);
    if (!arguments.steps.empty())
        spec.experiment.run.steps = std::get<std::int64_t>(
            parse_value(parameter_at("run.steps"), "--steps", arguments.steps));
    const std::int64_t steps = spec.experiment.run.steps;
    const int workers = worker_count(arguments.workers, spec.lanes.size());

    Session session(std::move(spec));
    const std::vector<Bound> until = stop_rule(arguments.until, session.layout());
    const Interruption interruption;  // from before the folder: one who sees it may interrupt
    Folders folders(arguments);

    WorkerPool pool(workers);
    const Clock::time_point started = Clock::now();
    train(session, steps, until, pool, interruption, folders.weights ? &*folders.weights : nullptr);
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();

    const auto snapshot = session.snapshot();
    if (folders.own) folders.own->publish();
    if (folders.results) write_results(session, *snapshot, seconds, *folders.results);
    fmt::print("{}", lane_table(*snapshot));
    fmt::print("{} steps in {:.2f} s\n", snapshot->step, seconds);
    if (folders.results) fmt::print("results in {}\n", arguments.out);
    if (folders.weights) fmt::print("weights in {}\n", arguments.weights);
    report_divergence(*snapshot);
    if (interruption.signal() != 0) {
        fmt::print(stderr, "muonscope: interrupted at step {}\n", snapshot->step);
        return interruption.exit_code();
    }
    return session.diverged() ? diverged : done;
}

}  // namespace muonscope::cli
