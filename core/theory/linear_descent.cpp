#include "core/theory/linear_descent.h"

#include <cmath>
#include <limits>

#include "core/base/elementary.h"
#include "core/linalg/spectrum.h"

namespace muonscope {

namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();
constexpr double most_steps = 1e300;

// (1 - x)^(2 t), x >= 0; a small x keeps its digits.
double remaining_square(double x, double steps) {
    return x < 0.5 ? elementary::exp(2 * steps * elementary::log1p(-x))
                   : elementary::pow(std::abs(1.0 - x), 2.0 * steps);
}

}  // namespace

LinearDescent::LinearDescent(const Matrix& features, const Matrix& residual, double lr) : lr_(lr) {
    const ThinSvd svd = thin_svd(features, Signs::householder);
    const Eigen::Index rank = numerical_rank(svd.s, features.rows(), features.cols());
    const Matrix along = residual * svd.v.leftCols(rank);
    rates_ = svd.s.head(rank).cwiseAbs2();
    shares_ = along.colwise().squaredNorm().transpose();
    if (rank < features.cols())
        floor_ = (residual - along * svd.v.leftCols(rank).transpose()).squaredNorm();
}

double LinearDescent::critical_rate() const {
    return rates_.size() == 0 ? std::numeric_limits<double>::infinity() : 2.0 / rates_(0);
}

double LinearDescent::square_after(double steps) const {
    double square = floor_;
    for (Eigen::Index i = 0; i < rates_.size(); ++i)
        if (shares_(i) > 0) square += shares_(i) * remaining_square(lr_ * rates_(i), steps);
    return square;
}

// While the descent converges the error never grows, so doubling and halving find the step.
double LinearDescent::steps_to(double square) const {
    if (square_after(0) <= square) return 0;
    if (!converges() || !(floor_ < square)) return never;
    double above = 0;
    double below = 1;
    while (square_after(below) > square) {
        if (below >= most_steps) return never;
        above = below;
        below *= 2;
    }
    while (below - above > 1) {
        const double middle = std::floor(above + (below - above) / 2);
        if (middle <= above || middle >= below) break;  // neighbours, beyond 2^53
        (square_after(middle) > square ? above : below) = middle;
    }
    return below;
}

}  // namespace muonscope
