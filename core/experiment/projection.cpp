#include "core/experiment/projection.h"

#include "core/linalg/activation.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/spectrum.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

namespace {

// Orthonormal columns spanning those of `some`, in their order; zero where nothing is left.
Matrix orthonormal(const Matrix& some) {
    Matrix basis = Matrix::Zero(some.rows(), some.cols());
    for (Eigen::Index c = 0; c < some.cols(); ++c) {
        Vector column = some.col(c);
        const double before = column.norm();
        for (Eigen::Index d = 0; d < c; ++d) column -= basis.col(d) * basis.col(d).dot(column);
        const double norm = column.norm();
        if (norm > 1e-12 * before && norm > 0 && std::isfinite(norm)) basis.col(c) = column / norm;
    }
    return basis;
}

// Three columns from number `first` on, those that there are.
Matrix three(const Matrix& columns, Eigen::Index first) {
    Matrix some = Matrix::Zero(columns.rows(), 3);
    const Eigen::Index from = std::clamp<Eigen::Index>(first, 0, columns.cols());
    const Eigen::Index count = std::min<Eigen::Index>(3, columns.cols() - from);
    some.leftCols(count) = columns.middleCols(from, count);
    return some;
}

PointFrame about_zero(Matrix directions) {
    const Eigen::Index width = directions.rows();
    return {std::move(directions), Vector::Zero(width)};
}

}  // namespace

bool fits(const Problem& problem, const std::vector<Matrix>& weights) {
    const std::vector<MatrixInfo>& matrices = problem.model->matrices();
    return !weights.empty() &&
           std::equal(weights.begin(), weights.end(), matrices.begin(), matrices.end(),
                      [](const Matrix& weight, const MatrixInfo& matrix) {
                          return weight.rows() == matrix.rows && weight.cols() == matrix.cols;
                      });
}

double multiply_adds(const Problem& problem, int columns) {
    double each = 1;
    for (const MatrixInfo& matrix : problem.model->matrices())
        each += static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols);
    return each * columns;
}

std::vector<Matrix> layer_points(const Problem& problem, const std::vector<Matrix>& weights,
                                 const Matrix& inputs) {
    std::vector<Matrix> layers;
    if (!fits(problem, weights) || inputs.rows() != weights.front().cols()) return layers;
    for (std::size_t l = 0; l < weights.size(); ++l) {
        Matrix state = weights[l] * (l == 0 ? inputs : layers.back());
        if (has_tanh(problem.experiment.network, static_cast<int>(l) + 1)) apply_tanh(state);
        layers.push_back(std::move(state));
    }
    return layers;
}

std::vector<PointFrame> target_frames(const Problem& problem, const std::vector<Matrix>& weights,
                                      int first) {
    std::vector<PointFrame> frames;
    const ThinSvd& svd = problem.target_svd;
    if (!fits(problem, weights) || svd.v.rows() != weights.front().cols()) return frames;
    Matrix images = three(svd.v, first);
    for (std::size_t l = 0; l < weights.size(); ++l) {
        const bool output = l + 1 == weights.size();
        images = (weights[l] * images).eval();
        if (output && svd.u.rows() == images.rows()) images = three(svd.u, first);
        frames.push_back(about_zero(orthonormal(images)));
    }
    return frames;
}

std::vector<PointFrame> start_frames(const Problem& problem, int first) {
    std::vector<PointFrame> frames;
    if (!fits(problem, problem.start)) return frames;
    const Eigen::Index in = problem.start.front().cols();
    for (const Matrix& layer : layer_points(problem, problem.start, Matrix::Identity(in, in)))
        frames.push_back(about_zero(three(thin_svd(layer).u, first)));
    return frames;
}

std::vector<PointFrame> principal_frames(const std::vector<Matrix>& layers, int first,
                                         const std::vector<PointFrame>& before) {
    std::vector<PointFrame> frames;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Matrix& points = layers[l];
        PointFrame frame = about_zero(Matrix::Zero(points.rows(), 3));
        if (points.cols() > 0 && points.allFinite()) {
            frame.origin = points.rowwise().mean();
            frame.directions = three(thin_svd(points.colwise() - frame.origin).u, first);
        }
        if (l < before.size() && before[l].directions.rows() == points.rows())
            for (Eigen::Index k = 0; k < 3; ++k)
                if (frame.directions.col(k).dot(before[l].directions.col(k)) < 0)
                    frame.directions.col(k) *= -1;
        frames.push_back(std::move(frame));
    }
    return frames;
}

Matrix in_frame(const PointFrame& frame, const Matrix& points) {
    return frame.directions.transpose() * (points.colwise() - frame.origin);
}

Matrix in_target_basis(const Problem& problem, const std::vector<Matrix>& weights) {
    const ThinSvd& svd = problem.target_svd;
    if (!fits(problem, weights) || svd.v.rows() != weights.front().cols()) return {};
    return complete_basis(svd.u).transpose() * problem.model->response(weights) *
           complete_basis(svd.v);
}

}  // namespace muonscope
