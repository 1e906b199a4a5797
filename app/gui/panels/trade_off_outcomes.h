#pragma once

#include <vector>

#include "app/gui/lane_rows.h"
#include "core/session/snapshot.h"

namespace muonscope::gui {

// What the trade between fidelity and preservation has bought so far, a row a figure: how far the
// layer is from its own target, what a probe needs, how long each phase took.
std::vector<LaneRow> trade_off_outcomes(const Snapshot& snapshot, int layer);

}  // namespace muonscope::gui
