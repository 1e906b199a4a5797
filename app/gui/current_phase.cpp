#include "app/gui/current_phase.h"

#include <algorithm>

namespace muonscope::gui {

const Phase* current_phase(const Snapshot& snapshot, std::size_t lane) {
    if (lane >= snapshot.spec->lanes.size() || lane >= snapshot.lanes.size()) return nullptr;
    const auto& phases = snapshot.spec->lanes[lane].phases;
    if (phases.empty()) return nullptr;
    const std::size_t phase = std::max(snapshot.lanes[lane].phase, 0);
    return &phases[std::min(phase, phases.size() - 1)];
}

}  // namespace muonscope::gui
