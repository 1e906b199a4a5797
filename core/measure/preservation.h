#pragma once

#include "core/base/types.h"

// How much of what a layer made of its inputs is still there after a change of its weights
// (arXiv 2607.01124): 1 when the change does nothing to these inputs, 0 when it is as large as the
// layer's output, below 0 when larger. Frobenius norms over all columns.
namespace muonscope {

// 1 - |C h|/|W h| for a change C of weights W (both out x in) and inputs h (in x n; empty: the unit
// vectors). NaN when W h is zero.
double preservation(const Matrix& change, const Matrix& weight, const Matrix& inputs);

}  // namespace muonscope
