#include "core/linalg/spectrum.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/linalg/bidiagonal_values.h"
#include "core/linalg/checked_svd.h"
#include "core/linalg/norm.h"

namespace muonscope {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Rows go eight at a time: one register with AVX-512, two or four elsewhere.
constexpr Eigen::Index pack_size = 8;
using Pack = Eigen::Array<double, pack_size, 1>;
using PackMap = Eigen::Map<Pack, Eigen::AlignedMax>;
using ConstPackMap = Eigen::Map<const Pack, Eigen::AlignedMax>;

Eigen::Index padded(Eigen::Index rows) {
    return (rows + pack_size - 1) / pack_size * pack_size;
}

struct Reflector {
    double tau, beta;
};

// H = I - tau u u^T with u(first) = 1 and zeros before it, so that H x has beta at `first` and
// zeros after it. x and u may be the same; entries of x before `first` are not read.
Reflector make_reflector(const double* x, Eigen::Index first, Eigen::Index size, double* u) {
    const double alpha = x[first];
    const auto tail = Eigen::Map<const Vector>(x + first + 1, size - first - 1);
    const double square = tail.squaredNorm();
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

struct Update {
    const double *u, *z;      // old reflector, old A v
    const double* u_next;     // new reflector
    Eigen::Index begin, end;  // rows, whole packs
};

// For `count` neighbouring columns: a <- a - c u - d z, then c <- u_next . a, in one pass.
template <int count>
void update_and_project(double* a, Eigen::Index stride, const Update& update, double* c,
                        const double* d) {
    Pack sums[count];
    for (Pack& sum : sums) sum.setZero();
    for (Eigen::Index i = update.begin; i < update.end; i += pack_size) {
        const Pack u = ConstPackMap(update.u + i);
        const Pack z = ConstPackMap(update.z + i);
        const Pack next = ConstPackMap(update.u_next + i);
        for (int j = 0; j < count; ++j) {
            PackMap column(a + j * stride + i);
            const Pack value = column - c[j] * u - d[j] * z;
            column = value;
            sums[j] += next * value;
        }
    }
    for (int j = 0; j < count; ++j) c[j] = sums[j].sum();
}

// z += sum over `count` neighbouring columns of a v.
template <int count>
void add_columns(const double* a, Eigen::Index stride, const double* v, Eigen::Index begin,
                 Eigen::Index end, double* z) {
    for (Eigen::Index i = begin; i < end; i += pack_size) {
        PackMap result(z + i);
        Pack sum = result;
        for (int j = 0; j < count; ++j) sum += v[j] * ConstPackMap(a + j * stride + i);
        result = sum;
    }
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
        const Eigen::Index begin = k / pack_size * pack_size;
        double* column = a + k * stride;
        const Update update{left_.data(), product_.data(), left_next_.data(), begin, end};
        for (Eigen::Index i = begin; i < end; ++i)
            column[i] -= left_weights_(k) * left_(i) + right_weights_(k) * product_(i);
        const Reflector left = make_reflector(column, k, rows, left_next_.data());
        diagonal_(k) = left.beta;
        if (k + 1 == cols) break;

        double* c = left_weights_.data();
        const double* d = right_weights_.data();
        Eigen::Index j = k + 1;
        for (; j + 4 <= cols; j += 4)
            update_and_project<4>(a + j * stride, stride, update, c + j, d + j);
        for (; j < cols; ++j) update_and_project<1>(a + j * stride, stride, update, c + j, d + j);
        left_weights_ *= left.tau;  // tau w

        for (j = k + 1; j < cols; ++j) right_(j) = a[j * stride + k] - left_weights_(j);
        const Reflector right = make_reflector(right_.data(), k + 1, cols, right_.data());
        superdiagonal_(k) = right.beta;

        const double through =
            left_weights_.segment(k + 1, cols - k - 1).dot(right_.segment(k + 1, cols - k - 1));
        for (Eigen::Index i = begin; i < end; ++i) product_(i) = -through * left_next_(i);
        for (j = k + 1; j + 4 <= cols; j += 4)
            add_columns<4>(a + j * stride, stride, right_.data() + j, begin, end, product_.data());
        for (; j < cols; ++j)
            add_columns<1>(a + j * stride, stride, right_.data() + j, begin, end, product_.data());
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
    const double scale = std::exp2(-std::ilogb(largest));
    if (wide)
        columns_.topLeftCorner(rows, cols) = scale * matrix.transpose();
    else
        columns_.topLeftCorner(rows, cols) = scale * matrix;
    columns_.block(rows, 0, padded(rows) - rows, cols).setZero();
    bidiagonalise(rows, cols);

    q_.head(cols) = diagonal_.head(cols).cwiseAbs2();
    e_.head(cols - 1) = superdiagonal_.head(cols - 1).cwiseAbs2();
    const auto count = static_cast<std::size_t>(cols);
    if (bidiagonal_squares({q_.data(), count}, {e_.data(), count}, {q_next_.data(), count},
                           {e_next_.data(), count})) {
        for (std::size_t k = 0; k < count; ++k)
            values[k] = std::sqrt(std::max(0.0, q_(static_cast<Eigen::Index>(k)))) / scale;
        std::sort(values.begin(), values.end(), std::greater<>());
    } else {
        Eigen::Map<Vector>(values.data(), cols) = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
    }
}

Vector singular_values(const Matrix& matrix) {
    Vector values(std::min(matrix.rows(), matrix.cols()));
    Spectrum(matrix.rows(), matrix.cols())
        .singular_values(matrix, {values.data(), static_cast<std::size_t>(values.size())});
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
