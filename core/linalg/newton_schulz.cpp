#include "core/linalg/newton_schulz.h"

#include <array>

#include "core/linalg/engine.h"

namespace muonscope {

NewtonSchulz::NewtonSchulz(Eigen::Index rows, Eigen::Index cols, Precision precision)
    : iteration_(rows, cols, precision) {}

void NewtonSchulz::orthogonalise(const Matrix& gradient, int iterations, Quintic coefficients,
                                 Matrix& result) {
    std::array<OddPolynomial, most_iterations> polynomials;
    polynomials.fill({coefficients.a, coefficients.b, coefficients.c, 0});
    iteration_.orthogonalise(gradient, {polynomials.data(), static_cast<std::size_t>(iterations)},
                             1, 1e-7, result);
}

double newton_schulz_transfer(double x, int iterations, Quintic coefficients) {
    const OddPolynomial polynomial{coefficients.a, coefficients.b, coefficients.c, 0};
    for (int i = 0; i < iterations; ++i) x = polynomial(x);
    return x;
}

}  // namespace muonscope
