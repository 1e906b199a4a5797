#include "core/experiment/seen_update.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/spectrum.h"
#include "core/measure/spectrum_measures.h"

namespace muonscope {
namespace {

// Whether the singular vectors of what leaves are those of what enters.
bool keeps_directions(const OrthogonaliserSpec& engine) {
    return engine.engine != Engine::qr &&
           !(is_polynomial(engine.engine) && prescale_of(engine.engine).rows);
}

// u_i^T A v_i.
Vector along_directions(const ThinSvd& svd, const Matrix& matrix) {
    return svd.u.cwiseProduct(matrix * svd.v).colwise().sum().transpose();
}

void see_parts(const StepParts& parts, const Matrix& gradient, const ThinSvd& of_gradient,
               const Matrix& update, SeenUpdate& seen) {
    if (parts.momentum.size() > 0) {
        seen.momentum = singular_values(parts.momentum);
        seen.momentum_norm = parts.momentum.norm();
    }
    if (parts.entering.size() == 0) return;
    seen.itself = parts.entering == gradient;
    const ThinSvd entering = seen.itself ? of_gradient : thin_svd(parts.entering);
    seen.entering = entering.s;
    seen.entering_norm = parts.entering.norm();
    seen.engine = parts.engine;
    seen.plain = parts.plain();
    const Matrix leaving = seen.plain && seen.entering_norm > 0
                               ? Matrix(parts.leaving / seen.entering_norm)
                               : parts.leaving;
    seen.leaving_norm = leaving.norm();
    seen.by_direction = !parts.engine || keeps_directions(*parts.engine);
    seen.straight = gradient_fidelity(-update, leaving) > 1 - 1e-12;
    if (seen.by_direction) {
        seen.leaving = along_directions(entering, leaving);
        seen.step = -along_directions(entering, update);
    } else {
        seen.leaving = singular_values(leaving);
    }
}

}  // namespace

SeenUpdate seen_update(const Matrix* gradient, const Matrix& update, const Matrix& weights,
                       const LayerOptimizer::State* optimizer) {
    SeenUpdate seen;
    seen.step_norm = update.norm();
    seen.fidelity = std::nan("");
    if (optimizer) {
        seen.spec = optimizer->spec;
        seen.known = true;
    }
    if (gradient != nullptr) {
        const ThinSvd svd = thin_svd(*gradient);
        seen.gradient = svd.s;
        seen.gradient_norm = gradient->norm();
        seen.along = step_along(svd, update);
        seen.fidelity = gradient_fidelity(-update, *gradient);
        if (optimizer)
            see_parts(step_parts(*optimizer, *gradient, weights - update), *gradient, svd, update,
                      seen);
    }
    if (seen.step.size() == 0) seen.step = singular_values(update);
    return seen;
}

double seen_update_cost(const Matrix& update, const LayerOptimizer::State* optimizer) {
    const auto across = static_cast<double>(std::max(update.rows(), update.cols()));
    // A decomposition with both sides takes some two hundred of the cube, bookkeeping included.
    double cost = 450 * across * across * across;
    if (optimizer)
        cost += 4 * multiply_adds(optimizer->spec.orthogonaliser, update.rows(), update.cols());
    return cost;
}

}  // namespace muonscope
