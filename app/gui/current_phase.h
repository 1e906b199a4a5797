#pragma once

#include <cstddef>

#include "core/session/snapshot.h"

namespace muonscope::gui {

// Of a lane as it is set now; the last one where all have ended. Null where there is no such lane.
const Phase* current_phase(const Snapshot& snapshot, std::size_t lane);

// Index of the phase that takes the next step; of the current one where the snapshot has no moves.
int next_phase(const LaneSnapshot& lane);
// Of a lane by index, the last for one beyond. Null where there is no such lane.
const Phase* phase_of(const Spec& spec, std::size_t lane, int phase);

}  // namespace muonscope::gui
