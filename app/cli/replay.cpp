#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/lane_table.h"
#include "app/cli/progress_bar.h"
#include "app/cli/results.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/session_json.h"
#include "core/documents/summary_json.h"
#include "core/experiment/parameters.h"
#include "core/formats/files.h"
#include "core/session/pacer.h"

namespace muonscope::cli {
namespace {

// More steps between two looks at the bar and at Ctrl+C while they stay short in time. Where a
// stretch ends changes no result.
constexpr double seconds_between_looks = 0.02;

constexpr std::size_t most_bytes = std::size_t{64} << 20;

// The step that is asked for: where the file was saved, or one before.
std::int64_t last_step(const ReplayArguments& arguments, const SessionFile& file) {
    if (arguments.to.empty()) return file.step;
    const std::int64_t to =
        std::get<std::int64_t>(parse_value(parameter_at("run.steps"), "--to", arguments.to));
    if (to > file.step)
        throw Error(
            "--to " + arguments.to,
            fmt::format("{} was saved at step {}", in_quotes(arguments.file, 200), file.step),
            "go on from there by `muonscope run " + shell_word(arguments.file) +
                fmt::format(" --steps {}`", to));
    return to;
}

// To that step, or as far as it came when it was interrupted.
void advance(Session& session, std::int64_t end, WorkerPool& pool, const Interruption& interruption,
             bool quiet) {
    ProgressBar bar(end, 0, quiet);
    StretchLength stretch(seconds_between_looks);
    std::int64_t asked = session.step();
    while (asked < end && interruption.signal() == 0) {
        const std::int64_t before = session.step();
        asked = std::min(end, asked + stretch.steps());
        const Clock::time_point started = Clock::now();
        session.advance_to(asked, pool);
        stretch.took(session.step() - before,
                     std::chrono::duration<double>(Clock::now() - started).count());
        bar.show(session);
    }
}

void print(const Snapshot& snapshot, bool same_bits, const std::string& folder) {
    fmt::print("{}", lane_table(snapshot));
    if (same_bits)
        for (const LaneSnapshot& lane : snapshot.lanes)
            fmt::print("same bits: {} {:016x}\n", lane.name, lane.state_hash.value_or(0));
    if (!folder.empty()) fmt::print("results in {}\n", folder);
}

}  // namespace

int replay(const ReplayArguments& arguments) {
    check(arguments.output);
    const SessionFile file =
        session_file_from_json(read_file(arguments.file, most_bytes), arguments.file);
    const std::int64_t to = last_step(arguments, file);
    WorkerPool pool(worker_count(arguments.workers, file.lanes.size()));
    Session session(file);
    const Interruption interruption;
    std::optional<OutputFolder> folder;
    if (!arguments.out.empty()) folder.emplace(arguments.out, arguments.force);

    const Clock::time_point started = Clock::now();
    // A lane knows that it ended only once it was asked for one step more.
    const bool to_the_end = to == file.step;
    advance(session, to + (to_the_end && file.ended ? 1 : 0), pool, interruption,
            arguments.output.quiet);
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    const bool whole = interruption.signal() == 0 && to_the_end;
    if (whole) session.verify(file);

    const auto snapshot = session.snapshot();
    if (folder) write_results(session, *snapshot, seconds, *folder, file.weights);
    if (arguments.output.json)
        fmt::print("{}", summary_json(*snapshot, seconds));
    else if (!arguments.output.quiet)
        print(*snapshot, whole, arguments.out);
    const bool interrupted = interruption.signal() != 0;
    if (!whole)
        fmt::print(stderr, "muonscope: {} step {} of {}; the bits were not compared\n",
                   interrupted ? "interrupted at" : "stopped at", snapshot->step, file.step);
    return interrupted ? interruption.exit_code() : done;
}

}  // namespace muonscope::cli
