#include "core/optim/norm_law.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/reductions.h"

namespace muonscope {

double shape_factor(ShapeScale scale, Eigen::Index rows, Eigen::Index cols) {
    const auto out = static_cast<double>(rows);
    const auto in = static_cast<double>(cols);
    switch (scale) {
        case ShapeScale::none:
            break;
        case ShapeScale::jordan:
            return std::sqrt(std::max(1.0, out / in));
        case ShapeScale::rms:
            return 0.2 * std::sqrt(std::max(out, in));
        case ShapeScale::spectral:
            return std::sqrt(out / in);
        case ShapeScale::larger:
            return std::sqrt(std::max(out, in));
    }
    return 1.0;
}

double norm_scale(const OptimizerSpec& spec, const Matrix& direction, const Matrix& orthogonal,
                  double matched_floor) {
    switch (spec.norm_law) {
        case NormLaw::constant:
            break;
        case NormLaw::matched: {
            const double size = norm(orthogonal) + matched_floor;
            return size > 0 ? norm(direction) / size : 0.0;
        }
        case NormLaw::dual:
            return dot(direction, orthogonal);
        case NormLaw::rms: {
            const double size = norm(orthogonal);
            return size > 0 ? std::sqrt(static_cast<double>(orthogonal.size())) / size : 0.0;
        }
    }
    return shape_factor(spec.shape_scale, orthogonal.rows(), orthogonal.cols());
}

}  // namespace muonscope
