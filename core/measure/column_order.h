#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/linalg/engine.h"

namespace muonscope {

// How far an engine's result depends on the order of the columns: |O(G) P - O(G P)|_F/sqrt(n) for a
// random permutation P of this seed, n the smaller side of G. 0, up to rounding, for every engine
// that acts on singular values alone; of the order of 1 for Gram-Schmidt, which takes the columns
// one after the other. A wide G (of which Q is that of its transpose) has its rows permuted.
double column_order_dependence(const OrthogonaliserSpec& spec, const Matrix& gradient,
                               std::uint64_t seed);

}  // namespace muonscope
