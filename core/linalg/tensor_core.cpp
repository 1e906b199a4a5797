#include "core/linalg/tensor_core.h"

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

TensorCoreProduct::TensorCoreProduct(Eigen::Index rows, Eigen::Index inner) {
    reserve(rows, inner);
}

void TensorCoreProduct::reserve(Eigen::Index rows, Eigen::Index inner) {
    const std::size_t bytes = kernels().tensor_core_space(rows, inner);
    if (space_.size() < bytes) space_.resize(bytes);
}

void TensorCoreProduct::multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                                 Eigen::MatrixXf& result, bool symmetric) {
    reserve(left.rows(), left.cols());
    TensorCoreTask task{};
    task.rows = left.rows();
    task.inner = left.cols();
    task.cols = right.cols();
    task.left = left.data();
    task.left_stride = left.outerStride();
    task.right = right.data();
    task.right_stride = right.outerStride();
    task.result = result.data();
    task.result_stride = result.outerStride();
    task.symmetric = symmetric;
    task.space = space_.data();
    kernels().multiply_as_tensor_cores(task);
}

}  // namespace muonscope
