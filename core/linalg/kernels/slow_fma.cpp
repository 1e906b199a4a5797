#include "core/linalg/kernels/slow_fma.h"

#include <cmath>

namespace muonscope {

double slow_fma(double a, double b, double c) {
    return std::fma(a, b, c);
}

float slow_fma(float a, float b, float c) {
    return std::fma(a, b, c);
}

}  // namespace muonscope
