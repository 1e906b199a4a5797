#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/lane_table.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/results.h"
#include "app/cli/run_beginning.h"
#include "app/cli/run_checkpoints.h"
#include "app/cli/saved_weights.h"
#include "app/cli/stop_rule.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/summary_json.h"
#include "core/session/pacer.h"

namespace muonscope::cli {
namespace {

// More steps between two looks at the bar and at Ctrl+C while they stay short in time. Where a
// stretch ends changes no result.
constexpr double seconds_between_looks = 0.02;
constexpr double usual_pause = 60;  // seconds between checkpoints

// The way to the last step, with all that is done on it.
class Training {
  public:
    Training(Beginning& begun, std::vector<Bound> until, WorkerPool& pool,
             const Interruption& interruption, RunCheckpoints* checkpoints, SavedWeights* weights,
             bool quiet)
        : begun_(begun),
          until_(std::move(until)),
          pool_(pool),
          interruption_(interruption),
          checkpoints_(checkpoints),
          weights_(weights),
          quiet_(quiet) {}

    void train() {
        if (weights_) weights_->take(session());
        ProgressBar bar(begun_.steps, session().step(), quiet_);  // gone before the table comes
        if (const auto& saved = begun_.saved) {
            // A lane knows that it ended only once it was asked for one step more.
            go(saved->step + (saved->ended ? 1 : 0), bar);
            if (session().step() == saved->step && going()) session().verify(*saved);
        }
        go(begun_.steps, bar);
        if (checkpoints_) checkpoints_->take_last(session(), told(), interruption_.signal() != 0);
        if (weights_) weights_->take(session(), true);
    }
    double seconds() const {
        return begun_.seconds + std::chrono::duration<double>(Clock::now() - started_).count();
    }

  private:
    Session& session() { return begun_.session; }
    bool going() const { return !met_ && interruption_.signal() == 0; }
    // What was met is not looked for again.
    RunCheckpoints::Told told() const {
        return {met_ ? std::vector<std::string>() : begun_.until, begun_.weights, seconds()};
    }

    void go(std::int64_t end, ProgressBar& bar) {
        while (session().step() < end && !session().ended() && going()) {
            const std::int64_t before = session().step();
            const Clock::time_point started = Clock::now();
            const std::int64_t stop = weights_ ? weights_->stop_after(before, end) : end;
            met_ =
                session().advance_until(std::min(stop, before + stretch_.steps()), until_, pool_);
            stretch_.took(session().step() - before,
                          std::chrono::duration<double>(Clock::now() - started).count());
            bar.show(session());
            if (session().step() == before) break;  // every lane has ended
            if (weights_) weights_->take(session());
            if (!checkpoints_ || !checkpoints_->due()) continue;
            bar.hide();  // one that cannot be written is said in its place
            checkpoints_->take(session(), told());
        }
    }

    Beginning& begun_;
    std::vector<Bound> until_;
    WorkerPool& pool_;
    const Interruption& interruption_;
    RunCheckpoints* checkpoints_;
    SavedWeights* weights_;
    bool quiet_;
    StretchLength stretch_{seconds_between_looks};
    Clock::time_point started_ = Clock::now();
    bool met_ = false;
};

// Where results and weights go: two folders, or one.
struct Folders {
    std::optional<OutputFolder> results, own;  // own: of the weights, where it is another
    std::optional<RunCheckpoints> checkpoints;
    std::optional<SavedWeights> weights;

    explicit Folders(const RunArguments& arguments) {
        const std::string& pause = arguments.checkpoint_every;
        const double seconds =
            pause.empty() ? usual_pause : number_in(pause, "--checkpoint-every", 0, 1e9);
        const bool resumes = !arguments.resume.empty();
        if (arguments.force && arguments.out.empty() && arguments.weights.empty())
            throw Error("--force", "no folder is named",
                        "name the one whose results it replaces by --out or --save-weights");
        if (!arguments.weights_every.empty() && arguments.weights.empty())
            throw Error("--weights-every", "no folder is named", "name it by --save-weights");
        if (!pause.empty() && !resumes && arguments.out.empty())
            throw Error("--checkpoint-every", "no folder is named", "name it by --out");
        const std::int64_t every =
            arguments.weights_every.empty()
                ? 0
                : whole_number_in(arguments.weights_every, "--weights-every", 1, 1'000'000'000'000);
        if (resumes)
            results.emplace(arguments.resume, true, "--resume");
        else if (!arguments.out.empty())
            results.emplace(arguments.out, arguments.force);
        if (results) checkpoints.emplace(*results, seconds, resumes);
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
    check(arguments.output);
    std::optional<Beginning> begun;
    if (arguments.resume.empty())
        begun.emplace(beginning_of(arguments));
    else
        check_resume(arguments);
    const std::string& out = arguments.resume.empty() ? arguments.out : arguments.resume;
    if (begun) static_cast<void>(stop_rule(begun->until, begun->session.layout()));
    const Interruption interruption;  // from before the folder: one who sees it may interrupt
    Folders folders(arguments);
    if (!begun) begun.emplace(beginning_in(*folders.results, arguments));
    Session& session = begun->session;

    WorkerPool pool(worker_count(arguments.workers, session.spec().lanes.size()));
    Training training(*begun, stop_rule(begun->until, session.layout()), pool, interruption,
                      folders.checkpoints ? &*folders.checkpoints : nullptr,
                      folders.weights ? &*folders.weights : nullptr, arguments.output.quiet);
    training.train();
    const double seconds = training.seconds();

    const auto snapshot = session.snapshot();
    if (folders.own) folders.own->publish();
    if (folders.results)
        write_results(session, *snapshot, seconds, *folders.results, begun->weights);
    if (arguments.output.json) {
        fmt::print("{}", summary_json(*snapshot, seconds));
    } else if (!arguments.output.quiet) {
        fmt::print("{}{} steps in {:.2f} s\n", lane_table(*snapshot), snapshot->step, seconds);
        if (folders.results) fmt::print("results in {}\n", out);
        if (folders.weights) fmt::print("weights in {}\n", arguments.weights);
    }
    report_divergence(*snapshot);
    if (interruption.signal() != 0) {
        const bool kept = folders.checkpoints && folders.checkpoints->stands();
        fmt::print(stderr, "muonscope: interrupted at step {}{}\n", snapshot->step,
                   kept ? "; go on by `muonscope run --resume " + shell_word(out) + "`" : "");
        return interruption.exit_code();
    }
    return session.diverged() ? diverged : done;
}

}  // namespace muonscope::cli
