#include "core/weights/noise_spectrum.h"

#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

// The root of a chi-squared number of so many degrees of freedom, which is twice a
// gamma-distributed one of half of them (Marsaglia, Tsang 2000); one degree by its definition.
double chi(Generator& generator, double degrees) {
    if (degrees < 2) return std::abs(generator.normal());
    const double d = degrees / 2 - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = generator.normal();
        const double root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (elementary::log(1 - generator.uniform()) <
            x * x / 2 + d - d * v + d * elementary::log(v))
            return std::sqrt(2 * d * v);
    }
}

}  // namespace

Vector noise_values(const MatrixShape& shape, double norm, std::uint64_t seed) {
    const Eigen::Index n = shape.rank(), longer = std::max(shape.rows, shape.cols);
    Generator generator(seed, Purpose::random_matrices, 3);
    Matrix triangle = Matrix::Zero(n, n);
    for (Eigen::Index j = 0; j < n; ++j) {
        for (Eigen::Index i = 0; i < j; ++i) triangle(i, j) = generator.normal();
        triangle(j, j) = chi(generator, static_cast<double>(longer - j));
    }
    const Vector values = singular_values(triangle);
    const double size = n > 0 ? muonscope::norm(values) : 0;
    return size > 0 ? Vector(values * (norm / size)) : values;
}

}  // namespace muonscope
