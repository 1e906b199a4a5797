#pragma once

#include "core/linalg/kernels/kernels.h"

// Sums over a column of doubles or floats, in double, with the same bits at every level.
namespace muonscope::column {

inline double sum_of_squares(const double* x, Size count) {
    return kernels().sum_of_squares(x, count);
}
inline double sum_of_squares(const float* x, Size count) {
    return kernels().sum_of_float_squares(x, count);
}
inline double dot(const double* x, const double* y, Size count) {
    return kernels().dot(x, y, count);
}
inline double dot(const float* x, const float* y, Size count) {
    return kernels().dot_of_floats(x, y, count);
}

}  // namespace muonscope::column
