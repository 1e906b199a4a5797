#include "app/gui/current_phase.h"

#include <algorithm>

namespace muonscope::gui {

const Phase* current_phase(const Snapshot& snapshot, std::size_t lane) {
    if (!snapshot.spec || lane >= snapshot.lanes.size()) return nullptr;
    return phase_of(*snapshot.spec, lane, snapshot.lanes[lane].phase);
}

int next_phase(const LaneSnapshot& lane) {
    return lane.move ? lane.move->next_phase : lane.phase;
}

const Phase* phase_of(const Spec& spec, std::size_t lane, int phase) {
    if (lane >= spec.lanes.size() || spec.lanes[lane].phases.empty()) return nullptr;
    const std::vector<Phase>& phases = spec.lanes[lane].phases;
    const std::size_t index = std::max(phase, 0);
    return &phases[std::min(index, phases.size() - 1)];
}

}  // namespace muonscope::gui
