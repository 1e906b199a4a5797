#include "core/measure/sphere_image.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace muonscope {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Turned {
    Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
    double inside = 1;
};

// The rotation (or reflection) nearest to F^T U, in Frobenius norm: its polar factor. Directions
// that neither has complete the basis.
Turned turned_onto(const Matrix& frame, const Matrix& directions) {
    Eigen::Matrix3d overlap = Eigen::Matrix3d::Zero();
    const Matrix product = frame.transpose() * directions;
    overlap.topLeftCorner(product.rows(), product.cols()) = product;
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(overlap, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const double there = directions.squaredNorm();  // how many, for they are of length one
    const double inside = there > 0 ? overlap.squaredNorm() / there : 1;
    return {svd.matrixU() * svd.matrixV().transpose(), std::min(inside, 1.0)};
}

// Columns of a factor by their places; -1 gives none.
Matrix columns_of(const Matrix& factor, const std::array<int, 3>& which) {
    Matrix columns = Matrix::Zero(factor.rows(), 3);
    for (std::size_t k = 0; k < 3; ++k)
        if (which[k] >= 0) columns.col(static_cast<Eigen::Index>(k)) = factor.col(which[k]);
    return columns;
}

std::array<int, 3> that_exist(const ThinSvd& svd, std::array<int, 3> which) {
    for (int& k : which)
        if (k < 0 || k >= svd.s.size()) k = -1;
    return which;
}

SphereImage not_finite(const std::array<int, 3>& which) {
    SphereImage image;
    image.which = which;
    image.lengths.setConstant(nan);
    image.inside = nan;
    return image;
}

}  // namespace

SphereImage sphere_image(const ThinSvd& svd, const Matrix& frame, const std::array<int, 3>& which) {
    SphereImage image;
    image.which = that_exist(svd, which);
    if (!svd.s.allFinite() || !svd.u.allFinite() || !frame.allFinite())
        return not_finite(image.which);
    const Turned turned = turned_onto(frame, columns_of(svd.u, image.which));
    for (Eigen::Index k = 0; k < 3; ++k) {
        const int place = image.which[static_cast<std::size_t>(k)];
        if (place < 0) continue;
        image.lengths(k) = svd.s(place);
        image.axes.col(k) = svd.s(place) * turned.rotation.col(k);
    }
    image.inside = turned.inside;
    return image;
}

SphereImage image_along(const ThinSvd& svd, const Matrix& other, const Matrix& frame,
                        const std::array<int, 3>& which) {
    SphereImage image;
    image.which = that_exist(svd, which);
    const Matrix u = columns_of(svd.u, image.which), v = columns_of(svd.v, image.which);
    if (!other.allFinite() || !u.allFinite() || !v.allFinite() || !frame.allFinite())
        return not_finite(image.which);
    const Turned turned = turned_onto(frame, u);
    const Eigen::Matrix3d map = turned.rotation * Eigen::Matrix3d(u.transpose() * other * v);
    const Eigen::JacobiSVD<Eigen::Matrix3d> body(map, Eigen::ComputeFullU);
    image.lengths = body.singularValues();
    image.axes = body.matrixU() * image.lengths.asDiagonal();
    image.inside = turned.inside;
    return image;
}

BodyShape shape_of(const SphereImage& image) {
    std::array<double, 3> sorted{};
    int count = 0;
    for (std::size_t k = 0; k < 3; ++k)
        if (image.which[k] >= 0)
            sorted[static_cast<std::size_t>(count++)] = image.lengths(static_cast<int>(k));
    const auto end = sorted.begin() + count;
    if (count < 2 || !std::all_of(sorted.begin(), end, [](double s) { return std::isfinite(s); }))
        return BodyShape::none;
    std::sort(sorted.begin(), end, std::greater<>());
    constexpr double alike = 0.8, lost = 0.2;
    if (sorted[0] <= 0) return BodyShape::point;
    if (sorted[static_cast<std::size_t>(count - 1)] >= alike * sorted[0]) return BodyShape::ball;
    if (sorted[1] < lost * sorted[0]) return BodyShape::needle;
    if (count == 3 && sorted[2] < lost * sorted[1]) return BodyShape::disc;
    return BodyShape::between;
}

Eigen::Matrix2d outline_of(const Eigen::Matrix3d& axes, const Eigen::Matrix<double, 2, 3>& view) {
    // The image of the unit sphere under a 2 x 3 matrix; the row of zeros gives a third value of
    // zero.
    Eigen::Matrix3d seen = Eigen::Matrix3d::Zero();
    seen.topRows<2>() = view * axes;
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(seen, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return svd.matrixU().topLeftCorner<2, 2>() * svd.singularValues().head<2>().asDiagonal();
}

}  // namespace muonscope
