#pragma once

#include <Eigen/Core>
#include <cmath>

namespace muonscope::detail {

// The first column that has exactly the singular values found: Gu & Eisenstat 1995, equation (3.6).
template <typename Values, typename Kept, typename Singular>
void perturbed_first_column(const Values& column, const Values& diagonal, const Kept& kept,
                            const Singular& singular, const Values& shifts, const Values& offsets,
                            Values& result) {
    using Scalar = typename Values::Scalar;
    result.setZero();
    const Eigen::Index count = kept.size();
    if (count == 0) return;
    const Eigen::Index last = kept(count - 1);
    for (Eigen::Index own = 0; own < count; ++own) {
        const Eigen::Index k = kept(own);
        const Scalar d = diagonal(k);
        Scalar square = (singular(last) + d) * (offsets(last) + (shifts(last) - d));
        for (Eigen::Index l = 0; l < count; ++l) {
            if (l == own) continue;
            const Eigen::Index i = kept(l), j = l < own ? i : kept(l - 1);
            square *= ((singular(j) + d) / (diagonal(i) + d)) *
                      ((offsets(j) + (shifts(j) - d)) / (diagonal(i) - d));
        }
        result(k) = std::copysign(std::sqrt(square), column(k));
    }
}

}  // namespace muonscope::detail
