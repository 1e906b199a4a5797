#include "core/model/transformer/rotary_positions.h"

#include "core/base/elementary.h"

namespace muonscope {

template <typename Scalar>
RotaryPositions<Scalar>::RotaryPositions(int heads, int head_width, int context)
    : heads_(heads), cosines_(head_width / 2, context), sines_(head_width / 2, context) {
    constexpr double base = 10000;
    for (Eigen::Index i = 0; i < cosines_.rows(); ++i) {
        const double rate = elementary::pow(base, -2.0 * static_cast<double>(i) / head_width);
        for (int position = 0; position < context; ++position) {
            cosines_(i, position) = static_cast<Scalar>(elementary::cos(position * rate));
            sines_(i, position) = static_cast<Scalar>(elementary::sin(position * rate));
        }
    }
}

template <typename Scalar>
void RotaryPositions<Scalar>::apply(Eigen::Ref<DenseOf<Scalar>>& columns, int length,
                                    int way) const {
    const Eigen::Index pairs = cosines_.rows();
    const auto sign = static_cast<Scalar>(way);
    for (Eigen::Index j = 0; j < columns.cols(); ++j) {
        const Scalar* const cosine = cosines_.col(j % length).data();
        const Scalar* const sine = sines_.col(j % length).data();
        for (Eigen::Index head = 0; head < heads_; ++head) {
            Scalar* const x = columns.col(j).data() + 2 * pairs * head;
            Scalar* const y = x + pairs;
            for (Eigen::Index i = 0; i < pairs; ++i) {
                const Scalar s = sign * sine[i];
                const Scalar turned = x[i] * cosine[i] - y[i] * s;
                y[i] = x[i] * s + y[i] * cosine[i];
                x[i] = turned;
            }
        }
    }
}

template class RotaryPositions<float>;
template class RotaryPositions<double>;

}  // namespace muonscope
