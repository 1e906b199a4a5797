#pragma once

#include "core/base/types.h"

namespace muonscope {

// elementary::tanh of every entry, in place, several at a time. NaN stays NaN.
void apply_tanh(Eigen::Ref<Matrix> matrix);

}  // namespace muonscope
