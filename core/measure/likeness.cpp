#include "core/measure/likeness.h"

#include "core/linalg/spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace muonscope {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// The largest entry is 1, so that no square is beyond a double; empty where there is none.
Matrix scaled(Matrix points) {
    if (points.size() == 0 || !points.allFinite()) return {};
    const double largest = points.cwiseAbs().maxCoeff();
    if (!(largest > 0)) return {};
    points /= largest;
    return points;
}

}  // namespace

Matrix centred(const Matrix& points) {
    if (points.size() == 0) return points;
    const Vector mean = points.rowwise().mean();
    return points.colwise() - mean;
}

Matrix cosine_similarity(const Matrix& points) {
    Matrix from_mean = centred(points);
    // What rounding leaves of a point at the mean is no direction.
    const double size = points.size() > 0 ? points.cwiseAbs().maxCoeff() : 0;
    const double least = 1e-13 * size;
    for (Eigen::Index i = 0; i < from_mean.cols(); ++i) {
        const double away = from_mean.col(i).stableNorm();
        if (away > least && std::isfinite(away))
            from_mean.col(i) /= away;
        else
            from_mean.col(i).setConstant(none);
    }
    Matrix cosines = from_mean.transpose() * from_mean;
    return cosines.unaryExpr([](double c) { return std::isnan(c) ? c : std::clamp(c, -1.0, 1.0); });
}

PointGeometry geometry_of(const Matrix& points, int k) {
    PointGeometry geometry;
    const Matrix once = scaled(points);
    if (once.size() == 0) return geometry;
    // What rounding leaves of points that are all one is no spread.
    if (!(centred(once).cwiseAbs().maxCoeff() > 1e-13)) return geometry;
    const Matrix x = scaled(centred(once));
    const ThinSvd svd = thin_svd(x);
    const Eigen::Index rank = numerical_rank(svd.s, x.rows(), x.cols());
    if (rank == 0) return geometry;
    geometry.leading = svd.v.leftCols(std::min<Eigen::Index>(std::max(k, 1), rank));
    geometry.gram = x.transpose() * x;
    geometry.gram /= geometry.gram.norm();
    return geometry;
}

double linear_cka(const PointGeometry& one, const PointGeometry& other) {
    if (one.gram.size() == 0 || one.gram.size() != other.gram.size()) return none;
    return std::clamp(one.gram.cwiseProduct(other.gram).sum(), 0.0, 1.0);
}

double subspace_overlap(const PointGeometry& one, const PointGeometry& other) {
    const Eigen::Index k = std::min(one.leading.cols(), other.leading.cols());
    if (k == 0 || one.leading.rows() != other.leading.rows()) return none;
    const double shared = (one.leading.transpose() * other.leading).squaredNorm();
    return std::clamp(shared / static_cast<double>(k), 0.0, 1.0);
}

}  // namespace muonscope
