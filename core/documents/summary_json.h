#pragma once

#include <string>

#include "core/session/snapshot.h"

namespace muonscope {

// What trained: "sgd", or "sgd, then muon" when phases differ; "muon (sgd: layer 3)" when a layer
// has its own.
std::string optimizer_text(const Recipe& recipe, const Experiment& experiment);

// summary.json: {"spec", "wall_seconds", "steps_per_second", "lanes": [{"name", "optimizer",
// "step", "phase", "phase_steps", "loss", "relative_error", "probe": {"floor", "after_k",
// "steps_to_threshold"}, "singular_values": {"layers": [[…], …], "product": […]}, "state_hash"}]}.
// "phase" is the index of the phase the lane is in, their number when all have ended; null stands
// for a number that does not exist, and "diverged" {"step", "layer", "what"} is there when a lane
// did. "state_hash" is 16 hexadecimal digits: equal bits, equal hash.
// The snapshot's rows must be those of its step (Session::snapshot with `fresh`).
std::string summary_json(const Snapshot& snapshot, double wall_seconds);

}  // namespace muonscope
