#pragma once

#include <optional>

#include "app/cli/output_folder.h"
#include "core/session/session.h"

namespace muonscope::cli {

// summary.json, history.csv, session.json and lane-1-sgd/W1.npy … of every lane and layer.
// `weights`: the model that the session was saved beside.
void write_results(const Session& session, const Snapshot& snapshot, double wall_seconds,
                   OutputFolder& folder,
                   const std::optional<SessionFile::Weights>& weights = std::nullopt);

// 1 to 256, or by itself: one worker a lane, at most one a core.
int worker_count(const std::string& text, std::size_t lanes);

}  // namespace muonscope::cli
