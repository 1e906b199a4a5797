#include "core/linalg/factorisations.h"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/elementary.h"
#include "core/linalg/bfloat16.h"
#include "core/linalg/checked_svd.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

template <typename Scalar>
using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <typename Scalar>
using ColumnOf = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

// Below this share of the largest, a number is what rounding leaves of zero.
template <typename Scalar>
Scalar negligible(const Dense<Scalar>& matrix) {
    return std::numeric_limits<Scalar>::epsilon() *
           static_cast<Scalar>(std::max(matrix.rows(), matrix.cols()));
}

// The singular vectors of x over the numerical rank, with values of their own: `map` makes them of
// x's, largest first.
template <typename Scalar, typename Map>
Dense<Scalar> with_mapped_values(const Dense<Scalar>& x, const Map& map) {
    const CheckedSvd<Scalar> svd(x);
    const Eigen::Index rank = numerical_rank(svd.s, x.rows(), x.cols());
    const ColumnOf<Scalar> values =
        map(Vector(svd.s.head(rank).template cast<double>())).template cast<Scalar>();
    return svd.u.leftCols(rank) * values.asDiagonal() * svd.v.leftCols(rank).transpose();
}

// What the singular values become, largest first; x: those of the numerical rank, |x| = 1.
Vector mapped(const OrthogonaliserSpec& spec, const Vector& x) {
    Vector values(x.size());
    Generator generator(spec.seed, Purpose::spectrum);
    for (Eigen::Index k = 0; k < x.size(); ++k)
        values(k) = spec.engine == Engine::random_spectrum ? 1 - generator.uniform()
                                                           : *transfer(spec, x(k));
    return values;
}

template <typename Scalar>
Dense<Scalar> newton(const Dense<Scalar>& x, int iterations) {
    Eigen::CompleteOrthogonalDecomposition<Dense<Scalar>> factors;
    factors.setThreshold(negligible(x));
    factors.compute(x);
    const Eigen::Index rank = factors.rank();
    // G P = Q [T 0; 0 0] Z
    Dense<Scalar> middle =
        factors.matrixT().topLeftCorner(rank, rank).template triangularView<Eigen::Upper>();
    for (int i = 0; i < iterations; ++i)
        middle = (middle + middle.inverse().transpose().eval()) / 2;
    Dense<Scalar> result = Dense<Scalar>::Zero(x.rows(), x.cols());
    result.topLeftCorner(rank, rank) = middle;
    if (rank < x.cols()) result = (result * factors.matrixZ()).eval();  // else Z = I
    return factors.householderQ() * result * factors.colsPermutation().inverse();
}

// Gram-Schmidt with every projection done twice (Giraud, Langou, Rozloznik, van den Eshof 2005).
template <typename Scalar>
Dense<Scalar> gram_schmidt(const Dense<Scalar>& x) {
    Dense<Scalar> q = Dense<Scalar>::Zero(x.rows(), x.cols());
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
        ColumnOf<Scalar> rest = x.col(j);
        for (int pass = 0; pass < 2; ++pass)
            rest -= q.leftCols(j) * (q.leftCols(j).transpose() * rest).eval();
        const Scalar norm = rest.norm();
        if (norm > negligible(x) * x.col(j).norm()) q.col(j) = rest / norm;
    }
    return q;
}

// rows >= cols.
template <typename Scalar>
Dense<Scalar> orthogonal_factor(const Dense<Scalar>& x) {
    const Eigen::HouseholderQR<Dense<Scalar>> qr(x);
    const ColumnOf<Scalar> diagonal = qr.matrixQR().diagonal();
    // A column that depends on the others makes Householder's Q take up a direction of no meaning.
    for (Eigen::Index j = 0; j < x.cols(); ++j)
        if (!(std::abs(diagonal(j)) > negligible(x) * x.col(j).norm())) return gram_schmidt(x);
    Dense<Scalar> q = qr.householderQ() * Dense<Scalar>::Identity(x.rows(), x.cols());
    for (Eigen::Index j = 0; j < x.cols(); ++j)
        if (diagonal(j) < 0) q.col(j) *= -1;
    return q;
}

// x: G/|G|_F, finite and not zero.
template <typename Scalar>
Dense<Scalar> factorise_as(const OrthogonaliserSpec& spec, const Dense<Scalar>& x) {
    switch (spec.engine) {
        case Engine::newton:
            return newton(x, spec.iterations);
        case Engine::qr:
            if (x.rows() < x.cols()) return orthogonal_factor<Scalar>(x.transpose()).transpose();
            return orthogonal_factor(x);
        default:
            return with_mapped_values(x,
                                      [&](const Vector& values) { return mapped(spec, values); });
    }
}

double rounded(double x) {
    return to_bfloat16(static_cast<float>(x));
}

}  // namespace

void spectral_power(const Matrix& gradient, double power, double floor, Matrix& result) {
    const ScaledNorm scaled = scaled_norm(gradient);
    if (!(scaled.norm > 0) || !std::isfinite(scaled.norm)) {
        result = gradient;
        return;
    }
    result = with_mapped_values<double>(scaled.unit * gradient, [&](const Vector& values) {
        return Vector(values.unaryExpr(
            [&](double s) { return elementary::pow(s / scaled.unit + floor, power); }));
    });
}

void factorise(const OrthogonaliserSpec& spec, const Matrix& gradient, Matrix& result) {
    const double largest = gradient.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (!std::isfinite(largest)) {
        result.setConstant(std::numeric_limits<double>::quiet_NaN());
        return;
    }
    if (largest == 0) {
        result.setZero();
        return;
    }
    // Scaled in two steps, so that no square overflows or vanishes, nor anything in float.
    Matrix x = gradient / largest;
    x /= norm(x);
    const bool rounding = is_rounded(spec.precision);
    if (rounding) x = x.unaryExpr(&rounded);
    if (spec.precision == Precision::float64)
        result = factorise_as<double>(spec, x);
    else
        result = factorise_as<float>(spec, x.cast<float>()).template cast<double>();
    if (rounding) result = result.unaryExpr(&rounded);
}

}  // namespace muonscope
