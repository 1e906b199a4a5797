#include "core/measure/preservation.h"

#include <limits>

namespace muonscope {

double preservation(const Matrix& change, const Matrix& weight, const Matrix& inputs) {
    const auto size = [&inputs](const Matrix& map) {
        return inputs.size() == 0 ? map.norm() : (map * inputs).norm();
    };
    const double made = size(weight);
    if (made == 0) return std::numeric_limits<double>::quiet_NaN();
    return 1 - size(change) / made;
}

}  // namespace muonscope
