#include "core/linalg/spectrum.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/base/progress.h"
#include "core/linalg/bidiagonal_values.h"
#include "core/linalg/checked_svd.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/reductions.h"

namespace muonscope {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Rows go eight at a time (kernels.h, ReflectionTask).
constexpr Eigen::Index rows_at_once = 8;

Eigen::Index padded(Eigen::Index rows) {
    return (rows + rows_at_once - 1) / rows_at_once * rows_at_once;
}

struct Reflector {
    double tau, beta;
};

// H = I - tau u u^T with u(first) = 1 and zeros before it, so that H x has beta at `first` and
// zeros after it. x and u may be the same; entries of x before `first` are not read.
Reflector make_reflector(const double* x, Eigen::Index first, Eigen::Index size, double* u) {
    const double alpha = x[first];
    const auto tail = Eigen::Map<const Vector>(x + first + 1, size - first - 1);
    const double square = sum_of_squares(tail);
    std::fill(u, u + first, 0.0);
    if (square == 0) {
        std::fill(u + first + 1, u + size, 0.0);
        u[first] = 1;
        return {0, alpha};
    }
    const double beta = -std::copysign(std::sqrt(alpha * alpha + square), alpha);
    Eigen::Map<Vector>(u + first + 1, size - first - 1) = tail / (alpha - beta);
    u[first] = 1;
    return {(beta - alpha) / beta, beta};
}

}  // namespace

Spectrum::Spectrum(Eigen::Index max_rows, Eigen::Index max_cols) {
    const Eigen::Index longer = padded(std::max(max_rows, max_cols));
    const Eigen::Index shorter = std::min(max_rows, max_cols);
    columns_.resize(longer, shorter);
    for (Vector* vector : {&left_, &left_next_, &product_}) vector->resize(longer);
    for (Vector* vector : {&right_, &left_weights_, &right_weights_, &diagonal_, &superdiagonal_,
                           &q_, &e_, &q_next_, &e_next_})
        vector->resize(shorter);
}

// Column k: the left reflector u clears it below the diagonal, the right one v clears row k beyond
// the superdiagonal. With w = A^T u and z = (A - tau u w^T) v the rest of the matrix becomes
// A - tau u w^T - tau' z v^T. That update waits until the next column's reflector is known, so that
// updating a column and projecting it on that reflector are one pass, and z is the second.
void Spectrum::bidiagonalise(Eigen::Index rows, Eigen::Index cols) {
    const Eigen::Index stride = columns_.rows();
    const Eigen::Index end = padded(rows);
    double* a = columns_.data();
    left_.setZero();
    left_next_.setZero();
    product_.setZero();
    left_weights_.setZero();
    right_weights_.setZero();
    for (Eigen::Index k = 0; k < cols; ++k) {
        work_point();
        const Eigen::Index begin = k / rows_at_once * rows_at_once;
        double* column = a + k * stride;
        for (Eigen::Index i = begin; i < end; ++i)
            column[i] -= left_weights_(k) * left_(i) + right_weights_(k) * product_(i);
        const Reflector left = make_reflector(column, k, rows, left_next_.data());
        diagonal_(k) = left.beta;
        if (k + 1 == cols) break;

        kernels().update_and_project({a + (k + 1) * stride, stride, cols - k - 1, begin, end,
                                      left_.data(), product_.data(), left_next_.data(),
                                      left_weights_.data() + k + 1, right_weights_.data() + k + 1});
        left_weights_ *= left.tau;  // tau w

        for (Eigen::Index j = k + 1; j < cols; ++j)
            right_(j) = a[j * stride + k] - left_weights_(j);
        const Reflector right = make_reflector(right_.data(), k + 1, cols, right_.data());
        superdiagonal_(k) = right.beta;

        const double through =
            dot(left_weights_.segment(k + 1, cols - k - 1), right_.segment(k + 1, cols - k - 1));
        for (Eigen::Index i = begin; i < end; ++i) product_(i) = -through * left_next_(i);
        kernels().add_columns(a + (k + 1) * stride, stride, cols - k - 1, right_.data() + k + 1,
                              begin, end, product_.data());
        right_weights_ = right.tau * right_;
        left_.swap(left_next_);
    }
}

void Spectrum::singular_values(const Matrix& matrix, std::span<double> values) {
    const bool wide = matrix.rows() < matrix.cols();
    const Eigen::Index rows = wide ? matrix.cols() : matrix.rows();
    const Eigen::Index cols = wide ? matrix.rows() : matrix.cols();
    const double largest = cols == 0 ? 0.0 : matrix.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (!std::isfinite(largest) || largest == 0) {
        std::fill(values.begin(), values.end(), std::isfinite(largest) ? 0.0 : not_a_number);
        return;
    }
    // Scaled by a power of two, exactly, so that no square overflows or vanishes.
    const double scale = std::ldexp(1.0, -std::max(std::ilogb(largest), -1000));
    if (wide)
        columns_.topLeftCorner(rows, cols) = scale * matrix.transpose();
    else
        columns_.topLeftCorner(rows, cols) = scale * matrix;
    columns_.block(rows, 0, padded(rows) - rows, cols).setZero();
    bidiagonalise(rows, cols);

    q_.head(cols) = diagonal_.head(cols).cwiseAbs2();
    e_.head(cols - 1) = superdiagonal_.head(cols - 1).cwiseAbs2();
    const std::size_t count = cols;
    if (bidiagonal_squares({q_.data(), count}, {e_.data(), count}, {q_next_.data(), count},
                           {e_next_.data(), count})) {
        for (std::size_t k = 0; k < count; ++k)
            values[k] = std::sqrt(std::max(0.0, q_(static_cast<Eigen::Index>(k)))) / scale;
        std::sort(values.begin(), values.end(), std::greater<>());
    } else {
        Eigen::Map<Vector>(values.data(), cols) = jacobi_singular_values(matrix);
    }
}

Vector singular_values(const Matrix& matrix) {
    Vector values(std::min(matrix.rows(), matrix.cols()));
    Spectrum(matrix.rows(), matrix.cols())
        .singular_values(matrix, std::span(values.data(), values.size()));
    return values;
}

ThinSvd thin_svd(const Matrix& matrix, Signs signs) {
    const Eigen::Index rank = std::min(matrix.rows(), matrix.cols());
    if (!matrix.allFinite()) {
        return {Matrix::Constant(matrix.rows(), rank, not_a_number),
                Vector::Constant(rank, not_a_number),
                Matrix::Constant(matrix.cols(), rank, not_a_number)};
    }
    const double unit = scaled_norm(matrix).unit;
    CheckedSvd<double> svd(unit * matrix);
    ThinSvd result{std::move(svd.u), svd.s / unit, std::move(svd.v)};
    if (signs == Signs::householder) return result;
    for (Eigen::Index k = 0; k < rank; ++k) {
        Eigen::Index largest = 0;
        result.v.col(k).cwiseAbs().maxCoeff(&largest);
        if (result.v(largest, k) < 0) {
            result.u.col(k) *= -1.0;
            result.v.col(k) *= -1.0;
        }
    }
    return result;
}

Matrix polar_factor(const Matrix& matrix) {
    const ThinSvd svd = thin_svd(scaled_norm(matrix).unit * matrix);
    if (svd.s.size() == 0 || !std::isfinite(svd.s(0))) return matrix;
    const Eigen::Index rank = numerical_rank(svd.s, matrix.rows(), matrix.cols());
    return svd.u.leftCols(rank) * svd.v.leftCols(rank).transpose();
}

}  // namespace muonscope
