#include "core/linalg/bfloat16_product.h"

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

using Eigen::Index;

Bfloat16Product::Bfloat16Product(Index rows, Index depth, Index cols) {
    reserve(rows, depth, cols);
}

void Bfloat16Product::reserve(Index rows, Index depth, Index cols) {
    const Index space = kernels().bfloat16_space(rows, depth, cols);
    if (space_.size() < space) space_.resize(space);
}

void Bfloat16Product::multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                               Eigen::MatrixXf& result) {
    compute(left, right, false, result);
}

void Bfloat16Product::gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result) {
    compute(x, x, true, result);
}

void Bfloat16Product::compute(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right, bool gram,
                              Eigen::MatrixXf& result) {
    Bfloat16Task task{};
    task.rows = left.rows();
    task.depth = left.cols();
    task.cols = gram ? right.rows() : right.cols();
    task.left = left.data();
    task.left_stride = left.outerStride();
    task.right = right.data();
    task.right_stride = right.outerStride();
    task.right_transposed = gram;
    task.result = result.data();
    task.result_stride = result.outerStride();
    task.symmetric = gram;
    reserve(task.rows, task.depth, task.cols);
    task.space = space_.data();
    kernels().multiply_bfloat16(task);
}

}  // namespace muonscope
