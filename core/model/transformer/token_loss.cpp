#include "core/model/transformer/token_loss.h"

#include "core/base/elementary.h"
#include "core/model/transformer/column.h"

namespace muonscope {

template <typename Scalar>
double cross_entropy_in_place(Eigen::Ref<DenseOf<Scalar>> logits, CountedTokens& counted) {
    counted.square_error = 0;
    for (Eigen::Index j = 0; j < logits.cols(); ++j) {
        const auto place = static_cast<std::size_t>(j);
        auto column = logits.col(j);
        Scalar& of_target = column[counted.targets[place]];
        const Scalar largest = column.maxCoeff(), below = largest - of_target;
        const Scalar sum = column::exponentials(largest, Scalar(1), column.data(), logits.rows());
        counted.losses[place] =
            elementary::log(static_cast<double>(sum)) + static_cast<double>(below);
        column *= 1 / sum;
        counted.probabilities[place] = static_cast<double>(of_target);
        of_target -= 1;
        counted.square_error += column::sum_of_squares(column.data(), logits.rows());
        column *= static_cast<Scalar>(counted.shares[place]);
    }
    return kernels().dot(counted.shares.data(), counted.losses.data(),
                         static_cast<Size>(counted.losses.size()));
}

template double cross_entropy_in_place<float>(Eigen::Ref<DenseOf<float>>, CountedTokens&);
template double cross_entropy_in_place<double>(Eigen::Ref<DenseOf<double>>, CountedTokens&);

}  // namespace muonscope
