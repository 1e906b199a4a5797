#include "core/linalg/orthogonaliser.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/linalg/factorisations.h"
#include "core/linalg/polynomial_iteration.h"

namespace muonscope {

struct Orthogonaliser::Workspace {
    Eigen::Index rows, cols;
    std::optional<PolynomialIteration> iteration;  // none: a factorisation
    std::vector<OddPolynomial> polynomials;
};

Orthogonaliser::Orthogonaliser(Eigen::Index rows, Eigen::Index cols, const OrthogonaliserSpec& spec)
    : workspace_(std::make_unique<Workspace>(Workspace{rows, cols, {}, {}})) {
    workspace_->polynomials.reserve(most_iterations);
    reconfigure(spec);
}
Orthogonaliser::~Orthogonaliser() = default;
Orthogonaliser::Orthogonaliser(const Orthogonaliser& other)
    : spec_(other.spec_), workspace_(std::make_unique<Workspace>(*other.workspace_)) {}
Orthogonaliser& Orthogonaliser::operator=(const Orthogonaliser& other) {
    *this = Orthogonaliser(other);
    return *this;
}
Orthogonaliser::Orthogonaliser(Orthogonaliser&&) noexcept = default;
Orthogonaliser& Orthogonaliser::operator=(Orthogonaliser&&) noexcept = default;

void Orthogonaliser::reconfigure(const OrthogonaliserSpec& spec) {
    spec_ = spec;
    auto& [rows, cols, iteration, polynomials] = *workspace_;
    polynomials.clear();
    if (!is_polynomial(spec.engine)) {
        iteration.reset();
        return;
    }
    for (int i = 0; i < spec.iterations; ++i) polynomials.push_back(polynomial_of(spec, i));
    if (!iteration || iteration->precision() != spec.precision)
        iteration.emplace(rows, cols, spec.precision);
}

void Orthogonaliser::orthogonalise(const Matrix& gradient, Matrix& result) {
    if (workspace_->iteration) {
        workspace_->iteration->orthogonalise(gradient, workspace_->polynomials,
                                             prescale_of(spec_.engine), result);
    } else {
        factorise(spec_, gradient, result);
    }
}

}  // namespace muonscope
