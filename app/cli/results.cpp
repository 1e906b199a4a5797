#include "app/cli/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/documents/history_csv.h"
#include "core/documents/session_json.h"
#include "core/documents/summary_json.h"
#include "core/documents/weights_file.h"
#include "core/experiment/parameters.h"
#include "core/formats/files.h"
#include "core/session/crew.h"

namespace muonscope::cli {
void write_results(const Session& session, const Snapshot& snapshot, double wall_seconds,
                   OutputFolder& folder, const std::optional<SessionFile::Weights>& weights) {
    write_file(folder.staged("summary.json"), summary_json(snapshot, wall_seconds));
    write_file(folder.staged("history.csv"),
               [&](std::ostream& stream) { write_history_csv(stream, snapshot); });
    SessionFile saved = session.saved();
    saved.weights = weights;
    write_file(folder.staged("session.json"), to_json(saved));
    for (std::size_t i = 0; i < snapshot.lanes.size(); ++i) {
        const LaneSnapshot& lane = snapshot.lanes[i];
        const std::string place = lane_folder(i, lane.name);
        for (std::size_t layer = 0; layer < lane.weights->size(); ++layer)
            write_npy(folder.staged(fmt::format("{}/W{}.npy", place, layer + 1)),
                      (*lane.weights)[layer]);
    }
    folder.publish();
}

void check(const OutputOptions& output) {
    if (output.json && output.quiet)
        throw Error("--quiet", "prints nothing, and --json a result", "leave one of them out");
}

int worker_count(const std::string& text, std::size_t lanes) {
    const int cores = hardware_threads();
    if (text.empty()) return std::min(static_cast<int>(lanes), cores);
    Parameter parameter;
    parameter.type = ParameterType::integer;
    parameter.min = 1;
    parameter.max = 256;
    return static_cast<int>(std::get<std::int64_t>(parse_value(parameter, "--workers", text)));
}

}  // namespace muonscope::cli
