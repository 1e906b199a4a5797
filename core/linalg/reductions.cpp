#include "core/linalg/reductions.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace muonscope {

namespace {

// Eigen cuts the sums of its own products, which its decompositions are made of, into blocks that
// fit the caches, as large as the processor says they are: here they are the same everywhere.
// Before main, so before anything is computed.
[[maybe_unused]] const bool has_fixed_blocks = [] {
    constexpr std::ptrdiff_t kilobyte = 1024;
    Eigen::setCpuCacheSizes(32 * kilobyte, 256 * kilobyte, 2048 * kilobyte);
    return true;
}();

}  // namespace

double sum(const Entries& x) {
    return kernels().sum(x.data(), x.count());
}

double sum_of_squares(const Entries& x) {
    return kernels().sum_of_squares(x.data(), x.count());
}

double dot(const Entries& x, const Entries& y) {
    eigen_assert(x.count() == y.count());
    return kernels().dot(x.data(), y.data(), x.count());
}

ScaledNorm scaled_norm(const Entries& x) {
    // Far enough from the ends that no square that matters is lost.
    const double square = sum_of_squares(x);
    if ((square > 0x1p-900 && square < 0x1p1020) || x.count() == 0) return {1, std::sqrt(square)};
    const double largest = largest_size(x);
    if (!(largest > 0) || std::isinf(largest)) return {1, largest};
    const double unit = std::ldexp(1.0, -std::clamp(std::ilogb(largest), -1000, 1000));
    std::vector<double> scaled(static_cast<std::size_t>(x.count()));
    kernels().scale(unit, x.data(), scaled.data(), x.count());
    return {unit, std::sqrt(kernels().sum_of_squares(scaled.data(), x.count()))};
}

double norm(const Entries& x) {
    const ScaledNorm scaled = scaled_norm(x);
    return scaled.norm / scaled.unit;
}

double largest_size(const Entries& x) {
    const Eigen::Map<const Vector> entries(x.data(), x.count());
    return x.count() == 0 ? 0.0 : entries.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
}

bool are_finite(const Entries& x) {
    return kernels().are_finite(x.data(), x.count());
}

bool sums_are_finite(const Entries& x, const Entries& y) {
    eigen_assert(x.count() == y.count());
    return kernels().sums_are_finite(x.data(), y.data(), x.count());
}

}  // namespace muonscope
