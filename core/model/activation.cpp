#include "core/model/activation.h"

#include <algorithm>

namespace muonscope {

// Near zero Cephes' rational approximation (S. Moshier, 1989), elsewhere by the exponential.
void apply_tanh(Eigen::Ref<Matrix> matrix) {
    constexpr Eigen::Index piece = 256;  // stays in the first cache
    constexpr double small = 0.625 * 0.625;
    constexpr double saturated = 20;  // tanh is 1 in double from here on
    using Piece = Eigen::Array<double, Eigen::Dynamic, 1, 0, piece, 1>;
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
        for (Eigen::Index from = 0; from < matrix.rows(); from += piece) {
            auto x =
                matrix.col(column).segment(from, std::min(piece, matrix.rows() - from)).array();
            const Piece z = x.square();
            const Piece top = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z -
                              1.61468768441708447952e3;
            const Piece bottom =
                ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z +
                4.84406305325125486048e3;
            const Piece near_zero = x + x * z * (top / bottom);
            const Piece size = 1 - 2 / ((2 * x.abs().min(saturated)).exp() + 1);
            const Piece far = (x < 0).select(-size, size);
            // What is neither near nor far is NaN.
            x = (z < small).select(near_zero, (z >= small).select(far, z));
        }
}

}  // namespace muonscope
