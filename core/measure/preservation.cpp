#include "core/measure/preservation.h"

#include <limits>

#include "core/linalg/reductions.h"

namespace muonscope {

double preservation(const Matrix& change, const Matrix& weight, const Matrix& inputs) {
    const auto size = [&inputs](const Matrix& map) {
        return inputs.size() == 0 ? norm(map) : norm(Matrix(map * inputs));
    };
    const double made = size(weight);
    if (made == 0) return std::numeric_limits<double>::quiet_NaN();
    return 1 - size(change) / made;
}

}  // namespace muonscope
