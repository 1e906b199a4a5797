#include "core/measure/step_sums.h"

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

StepSums step_sums(const Matrix& weight, const Matrix& update, const Matrix& gradient) {
    double sums[3];
    kernels().step_sums(weight.data(), update.data(), gradient.data(), update.size(), sums);
    return {sums[0], sums[1], sums[2]};
}

}  // namespace muonscope
