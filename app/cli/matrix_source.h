#pragma once

#include <cstdint>
#include <string>

#include "core/base/types.h"

namespace muonscope::cli {

// What `source_help` says, as a matrix. Throws Error for anything else, an empty matrix included.
Matrix matrix_from(const std::string& source, std::uint64_t seed);

inline constexpr const char* source_help =
    "FILE.npy                      a matrix as NumPy saves it, float16, float32 or float64\n"
    "  FILE#TENSOR                   a matrix of a model file; #edit=EDIT behind it edits it\n"
    "  gaussian:ROWSxCOLS            independent standard normal entries\n"
    "  spectrum:exponential:R:ROWSxCOLS   singular values R^k, k = 0, 1, …; R in (0, 1]\n"
    "  spectrum:power:A:ROWSxCOLS    singular values (k + 1)^-A; A in [0, 20]\n"
    "  spectrum:S1,S2,…:ROWSxCOLS    these singular values, and zeros; from 0 to 1e30\n"
    "Singular vectors are random and orthonormal (Haar), from --seed. Sides are 1 to 4096.";

}  // namespace muonscope::cli
