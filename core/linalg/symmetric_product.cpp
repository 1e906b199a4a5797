#include "core/linalg/symmetric_product.h"

namespace muonscope {

template <typename Scalar>
void symmetric_product(const DenseOf<Scalar>& left, const DenseOf<Scalar>& right,
                       DenseOf<Scalar>& result) {
    result.noalias() = left * right.transpose();
}

template void symmetric_product(const DenseOf<float>&, const DenseOf<float>&, DenseOf<float>&);
template void symmetric_product(const DenseOf<double>&, const DenseOf<double>&, DenseOf<double>&);

double symmetric_multiply_adds(Eigen::Index n, Eigen::Index k) {
    return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
}

}  // namespace muonscope
