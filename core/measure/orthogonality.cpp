#include "core/measure/orthogonality.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/orthogonaliser.h"
#include "core/linalg/spectrum.h"
#include "core/measure/spectrum_measures.h"

namespace muonscope {

double orthogonality_error(const Matrix& matrix) {
    const Eigen::Index n = std::min(matrix.rows(), matrix.cols());
    const bool wide = matrix.rows() <= matrix.cols();
    const Matrix gram =
        wide ? Matrix(matrix * matrix.transpose()) : Matrix(matrix.transpose() * matrix);
    return (gram - Matrix::Identity(n, n)).norm() / std::sqrt(static_cast<double>(n));
}

EngineReport report(const OrthogonaliserSpec& spec, const Matrix& gradient) {
    return report(spec, gradient, polar_factor(gradient));
}

EngineReport report(const OrthogonaliserSpec& spec, const Matrix& gradient, const Matrix& polar) {
    EngineReport report;
    report.spec = spec;
    report.result.resize(gradient.rows(), gradient.cols());
    Orthogonaliser(gradient.rows(), gradient.cols(), spec).orthogonalise(gradient, report.result);
    report.values = singular_values(report.result);
    report.slope_at_zero = slope_at_zero(spec);
    report.orthogonality_error = orthogonality_error(report.result);
    report.largest = report.values(0);
    report.least = report.values(report.values.size() - 1);
    report.cosine_to_polar = gradient_fidelity(report.result, polar);
    report.cosine_to_gradient = gradient_fidelity(report.result, gradient);
    report.multiply_adds = multiply_adds(spec, gradient.rows(), gradient.cols());
    return report;
}

}  // namespace muonscope
