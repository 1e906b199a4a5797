#pragma once

#include "core/experiment/spec.h"

namespace muonscope {

// Tensors of model files that the experiment names get the hash of their numbers
// (core/weights/tensor_reference.h). Throws Error where they cannot be read.
void seal_files(Experiment& experiment);

}  // namespace muonscope
