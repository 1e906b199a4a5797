#pragma once

#include "core/linalg/types.h"

namespace muonscope {

// tanh of every entry, in place, to within three units in the last place. Several times as fast as
// the C library's, a call for each entry. NaN stays NaN.
void apply_tanh(Eigen::Ref<Matrix> matrix);

}  // namespace muonscope
