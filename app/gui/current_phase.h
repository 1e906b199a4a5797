#pragma once

#include <cstddef>

#include "core/session/snapshot.h"

namespace muonscope::gui {

// Of a lane as it is set now; the last one where all have ended. Null where there is no such lane.
const Phase* current_phase(const Snapshot& snapshot, std::size_t lane);

}  // namespace muonscope::gui
