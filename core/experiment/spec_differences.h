#pragma once

#include <string>
#include <vector>

#include "core/experiment/spec.h"

namespace muonscope {

// What differs between two specs, one after the other as a person says it: "Width 32 → 64",
// "Muon: Learning rate 0.02 → 0.1". Of lanes that have several phases, or layers with optimisers of
// their own, the first phase's and that they differ elsewhere. Empty: they say the same run.
std::vector<std::string> spec_differences(const Spec& from, const Spec& to);

}  // namespace muonscope
