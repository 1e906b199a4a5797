#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "app/cli/command_line.h"
#include "app/cli/interruption.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/shard.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/study_time.h"
#include "app/cli/text_table.h"
#include "core/base/error.h"
#include "core/session/crew.h"
#include "core/study/run.h"

namespace muonscope::cli {
namespace {

constexpr std::int64_t most_unasked = 1000;

// Before more than that: one job is run to see, and its result is kept.
bool goes_on(StudyDatabase& database, StudyOptions options, std::int64_t waiting, int threads,
             bool yes) {
    if (waiting <= most_unasked) return true;
    WorkerPool one(1);
    options.most = 1;
    const StudyProgress first = run_study(database, one, options);
    fmt::print(stderr, "{} jobs, about {} on {} {}, as the first took {:.2g} s\n", waiting,
               time_text(first.seconds * static_cast<double>(waiting) / threads), threads,
               threads == 1 ? "thread" : "threads", first.seconds);
    if (yes || (options.stop && options.stop())) return true;
    if (::isatty(0) != 1)
        throw Error("study run", fmt::format("{} jobs are more than {}", waiting, most_unasked),
                    "add --yes");
    fmt::print(stderr, "Go on? [y/N] ");
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// At least: of jobs at chosen rates nobody knows which they are before those that choose have run.
std::int64_t waiting_in(const StudyDatabase& database, const StudyOptions& options) {
    const std::vector<char> there = database.done();
    std::int64_t waiting = jobs_asked_for(database.study(), options);
    for (std::size_t job = 0; job < there.size(); ++job)
        if (there[job] != 0 && options.shard.holds(static_cast<std::int64_t>(job))) --waiting;
    return waiting;
}

// What shows how far they are is gone when it returns.
StudyProgress run_jobs(StudyDatabase& database, StudyOptions options, int threads, bool quiet) {
    ProgressLines lines(quiet);
    options.on_result = [&lines](const StudyProgress& now) {
        if (!lines.due()) return;
        const double share = static_cast<double>(now.done) / static_cast<double>(now.jobs);
        lines.show({fmt::format("{} {} of {} jobs  {} left", bar(share), now.done, now.jobs,
                                time_text(now.seconds_left()))});
    };
    WorkerPool pool(threads);
    return run_study(database, pool, options);
}

}  // namespace

int study_run(const StudyRunArguments& arguments) {
    const Shard shard = shard_in(arguments.shard);
    const int threads = arguments.jobs.empty()
                            ? hardware_threads()
                            : static_cast<int>(whole_number_in(arguments.jobs, "--jobs", 1, 256));
    if (arguments.chosen && !arguments.shard.empty())
        throw Error("--chosen", "a shard does not hold the jobs that choose a rate",
                    "leave out --shard, or --chosen");
    const Study study = chosen_study(arguments.file);
    StudyDatabase database(
        arguments.database.empty() ? database_of(arguments.file, shard) : arguments.database,
        study);
    const Interruption interruption;
    StudyOptions options;
    options.shard = shard;
    options.chosen_only = arguments.chosen;
    options.stop = [&] { return interruption.signal() != 0; };
    const std::int64_t waiting = waiting_in(database, options);
    if (!goes_on(database, options, waiting, threads, arguments.yes)) return done;

    const StudyProgress last = run_jobs(database, options, threads, arguments.quiet);
    if (!arguments.quiet)
        fmt::print("{}", text_below(fmt::format(
                             "{} of {} jobs are in {}; {} run now in {}{}", last.done, last.jobs,
                             database.path(), last.made, time_text(last.seconds),
                             last.diverged > 0 ? fmt::format(", {} of them diverged", last.diverged)
                                               : "")));
    if (interruption.signal() != 0) {
        fmt::print(stderr, "muonscope: interrupted; the same command goes on\n");
        return interruption.exit_code();
    }
    return done;
}

}  // namespace muonscope::cli
