#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/lane_table.h"
#include "app/cli/results.h"
#include "core/io/files.h"

namespace muonscope::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;

}  // namespace

int replay(const ReplayArguments& arguments) {
    const std::string text = read_file(arguments.file, most_bytes);
    std::optional<OutputFolder> folder;
    if (!arguments.out.empty()) folder.emplace(arguments.out);

    WorkerPool pool(worker_count(arguments.workers, 2));
    const auto started = std::chrono::steady_clock::now();
    Session session = Session::replay(text, pool);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();

    const auto snapshot = session.snapshot();
    if (folder) write_results(session, *snapshot, seconds, *folder);
    fmt::print("{}", lane_table(*snapshot));
    for (const LaneSnapshot& lane : snapshot->lanes)
        fmt::print("same bits: {} {:016x}\n", lane.name, lane.state_hash);
    if (folder) fmt::print("results in {}\n", arguments.out);
    return done;
}

}  // namespace muonscope::cli
