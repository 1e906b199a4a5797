#include "core/linalg/activation.h"

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

void apply_tanh(Eigen::Ref<Matrix> matrix) {
    const Eigen::Index rows = matrix.rows();
    if (matrix.outerStride() == rows) {
        kernels().tanh(matrix.data(), matrix.size());
        return;
    }
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
        kernels().tanh(matrix.col(column).data(), rows);
}

}  // namespace muonscope
