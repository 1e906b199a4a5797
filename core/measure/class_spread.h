#pragma once

#include <span>
#include <vector>

#include "core/base/types.h"

namespace muonscope {

// Where the points of one class are, and how far they lie about their mean.
struct ClassSpread {
    int count = 0;
    Vector mean;        // of as many entries as a point has
    Matrix covariance;  // of the points that there are: divided by their number
    // Columns: the semi-axes of the ellipsoid of one standard deviation, longest first, whose
    // squares add up to the covariance.
    Matrix axes;
};

// points: a column a point; kinds: the class of each, from 0. A class without points, or with one
// that is not finite, has count 0.
std::vector<ClassSpread> class_spreads(const Matrix& points, std::span<const int> kinds,
                                       int classes);

}  // namespace muonscope
