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
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/session/pacer.h"

namespace muonscope::cli {
namespace {

// More steps between two looks at the bar and at Ctrl+C while they stay short in time. Where a
// stretch ends changes no result.
constexpr double seconds_between_looks = 0.02;

constexpr std::size_t most_bytes = std::size_t{64} << 20;

// To where the file ends, or as far as it came when it was interrupted.
void advance(Session& session, const SessionFile& file, WorkerPool& pool,
             const Interruption& interruption) {
    // A lane knows that it ended only once it was asked for one step more.
    const std::int64_t end = file.step + (file.ended ? 1 : 0);
    ProgressBar bar(end);
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

}  // namespace

int replay(const ReplayArguments& arguments) {
    const SessionFile file =
        session_file_from_json(read_file(arguments.file, most_bytes), arguments.file);
    WorkerPool pool(worker_count(arguments.workers, file.lanes.size()));
    Session session(file);
    const Interruption interruption;
    std::optional<OutputFolder> folder;
    if (!arguments.out.empty()) folder.emplace(arguments.out, arguments.force);

    const Clock::time_point started = Clock::now();
    advance(session, file, pool, interruption);
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    const bool whole = interruption.signal() == 0;
    if (whole) session.verify(file);

    const auto snapshot = session.snapshot();
    if (folder) write_results(session, *snapshot, seconds, *folder, file.weights);
    fmt::print("{}", lane_table(*snapshot));
    if (whole)
        for (const LaneSnapshot& lane : snapshot->lanes)
            fmt::print("same bits: {} {:016x}\n", lane.name, lane.state_hash.value_or(0));
    if (folder) fmt::print("results in {}\n", arguments.out);
    if (whole) return done;
    fmt::print(stderr, "muonscope: interrupted at step {} of {}; the bits were not compared\n",
               snapshot->step, file.step);
    return interruption.exit_code();
}

}  // namespace muonscope::cli
