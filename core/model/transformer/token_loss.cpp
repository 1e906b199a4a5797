#include "core/model/transformer/token_loss.h"

#include "core/base/elementary.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {

template <typename Scalar>
double cross_entropy_in_place(Eigen::Ref<DenseOf<Scalar>> logits, CountedTokens& counted,
                              std::vector<double>& space) {
    const Eigen::Index classes = logits.rows();
    space.resize(static_cast<std::size_t>(classes));
    double* const exponents = space.data();
    counted.square_error = 0;
    for (Eigen::Index j = 0; j < logits.cols(); ++j) {
        const auto place = static_cast<std::size_t>(j);
        auto column = logits.col(j);
        const int target = counted.targets[place];
        const auto largest = static_cast<double>(column.maxCoeff());
        for (Eigen::Index i = 0; i < classes; ++i)
            exponents[i] = static_cast<double>(column[i]) - largest;
        const double right = exponents[target];
        kernels().exp(exponents, classes);
        const double sum = kernels().sum(exponents, classes);
        const double part = 1 / sum;
        counted.losses[place] = elementary::log(sum) - right;
        counted.probabilities[place] = exponents[target] * part;
        // |p - e|^2 = |p|^2 - 2 p_target + 1.
        const double square = kernels().sum_of_squares(exponents, classes) * (part * part);
        counted.square_error += square - 2 * counted.probabilities[place] + 1;
        const double share = counted.shares[place], factor = share * part;
        for (Eigen::Index i = 0; i < classes; ++i)
            column[i] = static_cast<Scalar>(exponents[i] * factor);
        column[target] = static_cast<Scalar>(exponents[target] * factor - share);
    }
    return kernels().dot(counted.shares.data(), counted.losses.data(),
                         static_cast<Size>(counted.losses.size()));
}

template double cross_entropy_in_place<float>(Eigen::Ref<DenseOf<float>>, CountedTokens&,
                                              std::vector<double>&);
template double cross_entropy_in_place<double>(Eigen::Ref<DenseOf<double>>, CountedTokens&,
                                               std::vector<double>&);

}  // namespace muonscope
