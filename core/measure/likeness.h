#pragma once

#include "core/base/types.h"

// How alike two representations of the same points are, whatever their widths. A representation is
// a matrix, width x points, a column a point. Centred: each point less the mean of all.
namespace muonscope {

Matrix centred(const Matrix& points);

// Cosine of the angle between two points as seen from the mean of all: points x points, -1 to 1.
// NaN where one of them lies at the mean, which is in no direction, or is not finite.
Matrix cosine_similarity(const Matrix& points);

// What is compared of one representation X, centred.
struct PointGeometry {
    Matrix gram;     // X^T X over its Frobenius norm, points x points; empty: no two points differ
    Matrix leading;  // its first k eigenvectors, points x k: fewer where its rank is lower
};
// k: at least 1. Of points that are not finite both are empty.
PointGeometry geometry_of(const Matrix& points, int k);

// Linear CKA (Kornblith, Norouzi, Lee, Hinton 2019, table 1), 0 to 1: |Y X^T|_F^2 over
// |X X^T|_F |Y Y^T|_F of centred X and Y, which is the cosine of their Gram matrices. It knows no
// rotation and no scale, but which directions are long. NaN where one has no spread.
double linear_cka(const PointGeometry& one, const PointGeometry& other);

// |U^T V|_F^2 / k, 0 to 1, U and V the leading k left singular vectors of X and Y written with a
// row a point, as there: the share of one span that lies in the other, whatever is long in it. Of
// unlike ranks k is the lower. NaN where one has no spread.
double subspace_overlap(const PointGeometry& one, const PointGeometry& other);

}  // namespace muonscope
