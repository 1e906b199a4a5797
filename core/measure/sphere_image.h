#pragma once

#include <array>

#include "core/base/types.h"
#include "core/linalg/spectrum.h"

// What a matrix makes of the unit sphere: an ellipsoid with semi-axes s_k u_k. Three of them are a
// body that can be drawn.
namespace muonscope {

struct SphereImage {
    // Columns: the semi-axes, in the coordinates of the frame they are drawn in, longest first
    // where `which` ascends.
    Eigen::Matrix3d axes = Eigen::Matrix3d::Zero();
    Eigen::Vector3d lengths = Eigen::Vector3d::Zero();  // of the columns; NaN: not finite
    std::array<int, 3> which{-1, -1, -1};  // singular values from 0; -1: the matrix has no such
    double inside = 1;  // share of these directions that lies in the frame's span, 0 to 1
};

// Three singular directions of A, rows x cols, from its decomposition. frame: rows x up to 3
// columns, orthonormal, what points right, up and towards the viewer. Directions are turned onto
// the frame by the rotation nearest to frame^T U, so lengths and right angles are those of A. Where
// A has no more than three rows and the frame is a basis, that is the exact image.
SphereImage sphere_image(const ThinSvd& svd, const Matrix& frame, const std::array<int, 3>& which);

// What another map B does to the unit sphere of these right singular directions of A, as seen along
// the left ones: U^T B V, drawn where sphere_image() draws A. Exact where A and B have no more than
// three rows and columns.
SphereImage image_along(const ThinSvd& svd, const Matrix& other, const Matrix& frame,
                        const std::array<int, 3>& which);

// What is seen of it at a glance. point: nothing left; ball: longest and shortest within a quarter
// of each other; needle: the second below a fifth of the longest; disc: the third below a fifth of
// the second. Of as many axes as the matrix has of those chosen.
enum class BodyShape { none, point, ball, needle, disc, between };
BodyShape shape_of(const SphereImage& image);

// Its outline in a plane, view: the two directions right and up. Columns: semi-axes of the ellipse.
Eigen::Matrix2d outline_of(const Eigen::Matrix3d& axes, const Eigen::Matrix<double, 2, 3>& view);

}  // namespace muonscope
