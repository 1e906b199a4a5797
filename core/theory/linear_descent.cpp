#include "core/theory/linear_descent.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/linalg/elementary.h"

namespace muonscope {

namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t most_steps = std::int64_t{1} << 53;  // exact in a double

}  // namespace

LinearDescent::LinearDescent(const Matrix& features, const Matrix& residual, double lr) : lr_(lr) {
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(features.transpose() * features);
    const Vector& k = eigen.eigenvalues();  // smallest first
    const Vector shares = (residual * eigen.eigenvectors()).colwise().squaredNorm().transpose();
    // Below this an eigenvalue is the rounding of zero; beyond the rank there are only zeros.
    const double cut = k.cwiseAbs().maxCoeff() * std::numeric_limits<double>::epsilon() *
                       static_cast<double>(std::max(features.rows(), features.cols()));
    const Eigen::Index zeros =
        std::max<Eigen::Index>((k.array() <= cut).count(), features.cols() - features.rows());
    floor_ = shares.head(zeros).sum();
    rates_ = k.tail(k.size() - zeros);
    shares_ = shares.tail(k.size() - zeros);
}

bool LinearDescent::converges() const {
    return rates_.size() == 0 || lr_ * rates_(rates_.size() - 1) < 2.0;
}

double LinearDescent::square_after(double steps) const {
    double square = floor_;
    for (Eigen::Index i = 0; i < rates_.size(); ++i)
        square += shares_(i) * elementary::pow(std::abs(1.0 - lr_ * rates_(i)), 2.0 * steps);
    return square;
}

// While the descent converges the error never grows, so doubling and halving find the step.
double LinearDescent::steps_to(double square) const {
    if (square_after(0) <= square) return 0;
    if (!converges() || !(floor_ < square)) return never;
    std::int64_t above = 0;
    std::int64_t below = 1;
    while (square_after(static_cast<double>(below)) > square) {
        if (below >= most_steps) return never;
        above = below;
        below *= 2;
    }
    while (below - above > 1) {
        const std::int64_t middle = above + (below - above) / 2;
        (square_after(static_cast<double>(middle)) > square ? above : below) = middle;
    }
    return static_cast<double>(below);
}

}  // namespace muonscope
