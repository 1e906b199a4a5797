#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/experiment/spec.h"

namespace muonscope {

// The layers of the net that labels come from where the target is a teacher: of the network's
// shape, entries of sd scale/sqrt(fan in). The same whenever they are asked for.
std::vector<Matrix> make_teacher(const Experiment& experiment);

}  // namespace muonscope
