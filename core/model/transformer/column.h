#pragma once

#include "core/linalg/kernels/kernels.h"

// What is done to a column of doubles or floats, with the same bits at every level. Sums of squares
// and products are in double.
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

// x <- e^((x - from) scale); returns the sum.
inline double exponentials(double from, double scale, double* x, Size count) {
    for (Size i = 0; i < count; ++i) x[i] = (x[i] - from) * scale;
    kernels().exp(x, count);
    return kernels().sum(x, count);
}
inline float exponentials(float from, float scale, float* x, Size count) {
    return kernels().exp_floats(from, scale, x, count);
}

}  // namespace muonscope::column
