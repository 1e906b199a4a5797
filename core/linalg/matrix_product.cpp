#include "core/linalg/matrix_product.h"

#include <type_traits>

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

using Eigen::Index;

template <typename Scalar>
MatrixProduct<Scalar>::MatrixProduct(Index rows, Index depth) {
    reserve(rows, depth, rows);
}

template <typename Scalar>
void MatrixProduct<Scalar>::reserve(Index rows, Index depth, Index cols) {
    const Index space = kernels().product_space(rows, depth, cols);
    if (space_.size() < space) space_.resize(space);
}

template <typename Scalar>
void MatrixProduct<Scalar>::compute(const Factor<Scalar>& left, const Factor<Scalar>& right,
                                    Scalar alpha, const Other* other, Scalar beta, Result& result,
                                    bool symmetric) {
    eigen_assert(left.rows() == result.rows() && right.cols() == result.cols() &&
                 right.rows() == left.cols());
    reserve(left.rows(), left.cols(), right.cols());
    ProductTask<Scalar> task{};
    task.rows = left.rows();
    task.depth = left.cols();
    task.cols = right.cols();
    task.left = left.at(0, 0);
    task.left_stride = left.stride();
    task.left_transposed = left.transposed();
    task.right = right.at(0, 0);
    task.right_stride = right.stride();
    task.right_transposed = right.transposed();
    task.alpha = alpha;
    task.beta = beta;
    task.other = other ? other->data() : nullptr;
    task.other_stride = other ? other->outerStride() : 0;
    task.result = result.data();
    task.result_stride = result.outerStride();
    task.symmetric = symmetric;
    task.space = space_.data();
    if constexpr (std::is_same_v<Scalar, double>)
        kernels().multiply_doubles(task);
    else
        kernels().multiply_floats(task);
}

template class MatrixProduct<float>;
template class MatrixProduct<double>;

double symmetric_multiply_adds(Index n, Index k) {
    const auto size = static_cast<double>(n), depth = static_cast<double>(k);
    return size * (size + 1) / 2 * depth;
}

}  // namespace muonscope
