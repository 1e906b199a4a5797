#include "core/model/transformer/rms_norm.h"

#include <cmath>

#include "core/model/transformer/column.h"

namespace muonscope {

template <typename Scalar>
void RmsNorm<Scalar>::forward(const ConstColumns& x, Columns y) {
    const Eigen::Index width = x.rows();
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
        const double mean =
            column::sum_of_squares(x.col(j).data(), width) / static_cast<double>(width);
        const double scale = 1 / std::sqrt(mean + epsilon);
        scales_[static_cast<std::size_t>(j)] = scale;
        y.col(j) = x.col(j) * static_cast<Scalar>(scale);
    }
}

template <typename Scalar>
void RmsNorm<Scalar>::backward(const ConstColumns& y, const ConstColumns& d_y, Columns d_x) const {
    const Eigen::Index width = y.rows();
    for (Eigen::Index j = 0; j < y.cols(); ++j) {
        const double mean =
            column::dot(y.col(j).data(), d_y.col(j).data(), width) / static_cast<double>(width);
        const auto along = static_cast<Scalar>(mean);
        const auto scale = static_cast<Scalar>(scales_[static_cast<std::size_t>(j)]);
        d_x.col(j) += scale * (d_y.col(j) - along * y.col(j));
    }
}

template class RmsNorm<float>;
template class RmsNorm<double>;

}  // namespace muonscope
