#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

// Frobenius norms of matrices of any scale: beyond 1e+-154 squares of entries overflow or vanish,
// and would take the norm with them.
namespace muonscope {

// |unit A|_F = norm, unit a power of two: 1 wherever the squares of A's entries can be summed as
// they are. So A/|A| is (unit A)/norm, even where |A| itself is beyond the largest double.
struct ScaledNorm {
    double unit = 1, norm = 0;
};

// NaN and infinity among the entries give a norm of NaN and infinity, unit 1.
template <typename Derived>
ScaledNorm scaled_norm(const Eigen::MatrixBase<Derived>& matrix) {
    constexpr double small = 1e-140, large = 1e140;
    constexpr int most = 1000;  // 2^most and its inverse are far from either end
    const double norm = matrix.norm();
    if ((norm > small && norm < large) || matrix.size() == 0) return {1, norm};
    const double largest = matrix.cwiseAbs().template maxCoeff<Eigen::PropagateNaN>();
    if (!(largest > 0) || !std::isfinite(largest)) return {1, largest};
    const double unit = std::ldexp(1.0, -std::clamp(std::ilogb(largest), -most, most));
    return {unit, (unit * matrix).norm()};
}

// |A|_F; infinity only where it is larger than the largest double.
template <typename Derived>
double frobenius_norm(const Eigen::MatrixBase<Derived>& matrix) {
    const ScaledNorm scaled = scaled_norm(matrix);
    return scaled.norm / scaled.unit;
}

}  // namespace muonscope
