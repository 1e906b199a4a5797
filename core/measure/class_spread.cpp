#include "core/measure/class_spread.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/dense_factors.h"

namespace muonscope {
namespace {

Matrix axes_of(const Matrix& covariance) {
    const SymmetricEigen eigen = symmetric_eigen(covariance);
    Matrix axes = eigen.vectors.rowwise().reverse();
    const Vector values = eigen.values.reverse();
    for (Eigen::Index k = 0; k < axes.cols(); ++k)
        axes.col(k) *= std::sqrt(std::max(values(k), 0.0));
    return axes;
}

}  // namespace

std::vector<ClassSpread> class_spreads(const Matrix& points, std::span<const int> kinds,
                                       int classes) {
    std::vector<ClassSpread> spreads(static_cast<std::size_t>(std::max(classes, 0)));
    std::vector<std::vector<Eigen::Index>> members(spreads.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(kinds.size(), points.cols()); ++i)
        if (kinds[i] >= 0 && kinds[i] < classes)
            members[static_cast<std::size_t>(kinds[i])].push_back(static_cast<Eigen::Index>(i));
    for (std::size_t c = 0; c < spreads.size(); ++c) {
        ClassSpread& spread = spreads[c];
        Matrix own(points.rows(), static_cast<Eigen::Index>(members[c].size()));
        for (std::size_t i = 0; i < members[c].size(); ++i)
            own.col(static_cast<Eigen::Index>(i)) = points.col(members[c][i]);
        if (own.size() == 0 || !own.allFinite()) continue;
        spread.mean = own.rowwise().mean();
        const Matrix away = own.colwise() - spread.mean;
        spread.covariance = away * away.transpose() / static_cast<double>(own.cols());
        if (!spread.covariance.allFinite()) continue;
        spread.axes = axes_of(spread.covariance);
        spread.count = static_cast<int>(own.cols());
    }
    return spreads;
}

}  // namespace muonscope
