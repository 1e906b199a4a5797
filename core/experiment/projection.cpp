#include "core/experiment/projection.h"

#include "core/linalg/activation.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

namespace {

bool fits(const Problem& problem, const std::vector<Matrix>& weights) {
    const std::vector<MatrixInfo>& matrices = problem.model->matrices();
    return !weights.empty() &&
           std::equal(weights.begin(), weights.end(), matrices.begin(), matrices.end(),
                      [](const Matrix& weight, const MatrixInfo& matrix) {
                          return weight.rows() == matrix.rows && weight.cols() == matrix.cols;
                      });
}

// Two orthonormal columns spanning those of `pair`; zero where nothing is left.
Matrix orthonormal(const Matrix& pair) {
    Matrix basis = Matrix::Zero(pair.rows(), 2);
    for (Eigen::Index c = 0; c < std::min<Eigen::Index>(2, pair.cols()); ++c) {
        Vector column = pair.col(c);
        const double before = column.norm();
        for (Eigen::Index d = 0; d < c; ++d) column -= basis.col(d) * basis.col(d).dot(column);
        const double norm = column.norm();
        if (norm > 1e-12 * before && norm > 0 && std::isfinite(norm)) basis.col(c) = column / norm;
    }
    return basis;
}

}  // namespace

int projected_point(const Problem& problem, int points, int column) {
    const auto all = static_cast<std::int64_t>(problem.points.cols());
    const auto shown = std::clamp<std::int64_t>(points, 1, std::max<std::int64_t>(all, 1));
    return static_cast<int>(static_cast<std::int64_t>(column) * all / shown);
}

double multiply_adds(const Problem& problem, int columns) {
    double each = 1;
    for (const MatrixInfo& matrix : problem.model->matrices())
        each += static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols);
    return each * columns;
}

int affordable_points(const Problem& problem) {
    const double each = multiply_adds(problem, 1);
    const double legible = 24.0 * std::max(problem.experiment.classes.count, 1);
    const double all = std::min(static_cast<double>(problem.points.cols()), legible);
    return static_cast<int>(std::clamp(3e7 / each, std::min(8.0, all), std::max(all, 0.0)));
}

std::vector<Matrix> project_layers(const Problem& problem, const std::vector<Matrix>& weights,
                                   int points) {
    std::vector<Matrix> layers;
    const ThinSvd& svd = problem.target_svd;
    if (!fits(problem, weights) || problem.points.rows() != weights.front().cols() ||
        svd.v.rows() != weights.front().cols() || points < 1)
        return layers;
    const auto count = std::min<Eigen::Index>(points, problem.points.cols());
    Matrix state(problem.points.rows(), count);  // width x points
    for (Eigen::Index i = 0; i < count; ++i)
        state.col(i) = problem.points.col(projected_point(problem, points, static_cast<int>(i)));
    Matrix pair = Matrix::Zero(svd.v.rows(), 2);
    const auto directions = std::min<Eigen::Index>(2, svd.v.cols());
    pair.leftCols(directions) = svd.v.leftCols(directions);
    for (std::size_t l = 0; l < weights.size(); ++l) {
        const bool output = l + 1 == weights.size();
        state = (weights[l] * state).eval();
        if (has_tanh(problem.experiment.network, static_cast<int>(l) + 1)) apply_tanh(state);
        pair = (weights[l] * pair).eval();
        if (output && svd.u.rows() == state.rows()) {
            pair = Matrix::Zero(svd.u.rows(), 2);
            pair.leftCols(directions) = svd.u.leftCols(directions);
        }
        layers.push_back(orthonormal(pair).transpose() * state);
    }
    return layers;
}

Matrix in_target_basis(const Problem& problem, const std::vector<Matrix>& weights, int size) {
    const ThinSvd& svd = problem.target_svd;
    if (!fits(problem, weights)) return {};
    const auto count = static_cast<Eigen::Index>(
        std::clamp<std::int64_t>(size, 0, std::min(svd.u.cols(), svd.v.cols())));
    if (count == 0 || svd.v.rows() != weights.front().cols()) return {};
    Matrix state = svd.v.leftCols(count);  // in x count
    for (const Matrix& weight : weights) state = (weight * state).eval();
    return svd.u.leftCols(count).transpose() * state;
}

}  // namespace muonscope
