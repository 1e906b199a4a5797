#pragma once

#include "core/random/generator.h"

namespace muonscope {

// U diag(s) V^T, rows x cols, with random singular vectors (Haar) and at most min(rows, cols)
// singular values; U is drawn first. `left` and `right` may be one stream.
Matrix with_spectrum(const Vector& s, Eigen::Index rows, Eigen::Index cols, Generator& left,
                     Generator& right);

}  // namespace muonscope
