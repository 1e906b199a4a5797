#include "core/theory/edelman.h"

#include <cmath>

#include "core/base/elementary.h"

namespace muonscope {

double edelman_condition_law(double x) {
    return x > 0 ? elementary::exp(-2 / x - 2 / (x * x)) : 0;
}

double edelman_condition_density(double x) {
    return x > 0 ? (2 / (x * x) + 4 / (x * x * x)) * edelman_condition_law(x) : 0;
}

// With c = -ln p: c x^2 - 2 x - 2 = 0.
double edelman_condition_quantile(double p) {
    const double c = -elementary::log(p);
    return (1 + std::sqrt(1 + 2 * c)) / c;
}

double edelman_smallest_square_law(double x) {
    return x > 0 ? -elementary::expm1(-x / 2 - std::sqrt(x)) : 0;
}

double edelman_smallest_square_density(double x) {
    return x > 0 ? (1 + std::sqrt(x)) / (2 * std::sqrt(x)) * elementary::exp(-x / 2 - std::sqrt(x))
                 : 0;
}

double edelman_smallest_square_quantile(double p) {
    const double root = edelman_smallest_quantile(p);
    return root * root;
}

double edelman_smallest_law(double x) {
    return x > 0 ? -elementary::expm1(-x * x / 2 - x) : 0;
}

double edelman_smallest_density(double x) {
    return x > 0 ? (x + 1) * elementary::exp(-x * x / 2 - x) : 0;
}

// With c = -ln(1 - p): x^2/2 + x - c = 0, in a form that loses no digits where c is small.
double edelman_smallest_quantile(double p) {
    const double c = -elementary::log1p(-p);
    return 2 * c / (1 + std::sqrt(1 + 2 * c));
}

}  // namespace muonscope
