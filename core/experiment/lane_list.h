#pragma once

#include <cstddef>

#include "core/experiment/spec.h"

// Other lanes for a spec: pure functions, each of which means a new start.
namespace muonscope {

inline constexpr std::size_t most_lanes = 8;

// A copy of the lane right behind it, under the next free name: "Muon 2". Throws Error where there
// are most_lanes already, or no such lane.
Spec with_copy_of_lane(const Spec& spec, std::size_t lane);
// Throws Error for the only lane there is.
Spec without_lane(const Spec& spec, std::size_t lane);
// Exchanged with the one before or behind it; the same spec where there is none.
Spec with_lane_moved(const Spec& spec, std::size_t lane, int by);

}  // namespace muonscope
