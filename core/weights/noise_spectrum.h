#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

// The singular values, largest first, of a matrix with independent normal entries and the Frobenius
// norm given; of a zero-sized one none. Drawn by Bartlett's decomposition (1934): a triangle with
// chi-distributed numbers on its diagonal has the same law, so that a matrix of a hundred million
// entries costs what its smaller side asks for.
Vector noise_values(const MatrixShape& shape, double norm, std::uint64_t seed);

}  // namespace muonscope
