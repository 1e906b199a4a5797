#include "core/weights/tensor_spectrum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/linalg/dense_factors.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"

namespace muonscope {

namespace {

using Index = Eigen::Index;

// Rows of the matrix that are read at once: some megabytes.
Index rows_at_once(const MatrixShape& shape) {
    return std::clamp<Index>((Index{1} << 20) / shape.cols, 16, 1024);
}

// Rows [first, first + count) of the matrix, transposed: one of its rows in each column.
void read_part(const TensorFile& file, const TensorEntry& entry, const MatrixShape& shape,
               Index first, Index count, Matrix& transposed) {
    transposed.resize(shape.cols, count);
    const auto in_file = static_cast<std::uint64_t>(shape.cols) / entry.columns();
    file.read_rows(
        entry, static_cast<std::uint64_t>(first) * in_file,
        static_cast<std::uint64_t>(count) * in_file,
        std::span<double>(transposed.data(), static_cast<std::size_t>(transposed.size())));
}

// W^T W of a tall matrix, a part of its rows at a time.
Work<Matrix> tall_gram(const TensorFile& file, const TensorEntry& entry, MatrixShape shape) {
    Matrix gram = Matrix::Zero(shape.cols, shape.cols);
    Matrix part;
    MatrixProduct<double> product;
    const Index step = rows_at_once(shape);
    for (Index first = 0; first < shape.rows; first += step) {
        read_part(file, entry, shape, first, std::min(step, shape.rows - first), part);
        product.combine_symmetric(1, part, part.transpose(), 1, gram, gram);
        co_await pause();
    }
    co_return gram;
}

// W W^T of a wide one, a pair of parts at a time.
Work<Matrix> wide_gram(const TensorFile& file, const TensorEntry& entry, MatrixShape shape) {
    Matrix gram(shape.rows, shape.rows);
    Matrix left, right;
    MatrixProduct<double> product;
    const Index step = std::max<Index>(rows_at_once(shape), std::min<Index>(shape.rows, 256));
    for (Index i = 0; i < shape.rows; i += step) {
        const Index count = std::min(step, shape.rows - i);
        read_part(file, entry, shape, i, count, left);
        product.multiply_symmetric(left.transpose(), left, gram.block(i, i, count, count));
        for (Index j = i + step; j < shape.rows; j += step) {
            const Index others = std::min(step, shape.rows - j);
            read_part(file, entry, shape, j, others, right);
            product.multiply(right.transpose(), left, gram.block(j, i, others, count));
            co_await pause();
        }
        co_await pause();
    }
    gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
    co_return gram;
}

Vector not_numbers(Index count) {
    return Vector::Constant(count, std::numeric_limits<double>::quiet_NaN());
}

bool is_long(const MatrixShape& shape) {
    return 2 * std::max(shape.rows, shape.cols) >= 3 * shape.rank();
}

}  // namespace

std::optional<MatrixShape> matrix_shape(const TensorEntry& entry) {
    if (entry.shape.size() < 2) return std::nullopt;
    const std::uint64_t rows = entry.shape.front();
    if (rows < 2 || entry.values() / rows < 2) return std::nullopt;
    return MatrixShape{static_cast<Index>(rows), static_cast<Index>(entry.values() / rows)};
}

std::string why_no_spectrum(const TensorEntry& entry) {
    if (!matrix_shape(entry)) return "it is no matrix";
    if (!entry.type->readable())
        return fmt::format("numbers of type {} are not read", entry.type_name);
    if (matrix_shape(entry)->rank() > longest_smaller_side)
        return fmt::format("its smaller side is over {}", longest_smaller_side);
    return {};
}

Matrix read_matrix(const TensorFile& file, const TensorEntry& entry) {
    const MatrixShape shape = *matrix_shape(entry);
    Matrix transposed;
    read_part(file, entry, shape, 0, shape.rows, transposed);
    return transposed.transpose();
}

Work<Vector> tensor_values(const TensorFile& file, const TensorEntry& entry) {
    const MatrixShape shape = *matrix_shape(entry);
    if (!is_long(shape)) {
        const Matrix matrix = read_matrix(file, entry);
        co_await pause();
        Spectrum spectrum(shape.rows, shape.cols);
        Vector values(shape.rank());
        spectrum.singular_values(
            matrix, std::span<double>(values.data(), static_cast<std::size_t>(values.size())));
        co_return values;
    }
    Matrix gram;
    if (shape.rows > shape.cols)
        gram = co_await tall_gram(file, entry, shape);
    else
        gram = co_await wide_gram(file, entry, shape);
    if (!are_finite(gram)) co_return not_numbers(shape.rank());
    co_return symmetric_eigenvalues(gram).cwiseMax(0.0).cwiseSqrt().reverse();
}

ThinSvd tensor_svd(const Matrix& matrix) {
    const bool tall = matrix.rows() >= matrix.cols();
    const Index rank = std::min(matrix.rows(), matrix.cols());
    Matrix gram(rank, rank);
    MatrixProduct<double> product;
    if (tall)
        product.multiply_symmetric(matrix.transpose(), matrix, gram);
    else
        product.multiply_symmetric(matrix, matrix.transpose(), gram);
    if (!are_finite(gram)) return thin_svd(matrix);
    const SymmetricEigen eigen = symmetric_eigen(gram);
    // Directions of small values are mixed by the rounding of large ones' squares.
    if (!(eigen.values(0) > 1e-10 * eigen.values(rank - 1))) return thin_svd(matrix);
    ThinSvd svd;
    svd.s = eigen.values.cwiseSqrt().reverse();
    Matrix& known = tall ? svd.v : svd.u;
    Matrix& other = tall ? svd.u : svd.v;
    known = eigen.vectors.rowwise().reverse();
    other.resize(tall ? matrix.rows() : matrix.cols(), rank);
    if (tall)
        product.multiply(matrix, known, other);
    else
        product.multiply(matrix.transpose(), known, other);
    other.array().rowwise() /= svd.s.transpose().array();
    for (Index k = 0; k < rank; ++k) {
        Index largest = 0;
        svd.v.col(k).cwiseAbs().maxCoeff(&largest);
        if (svd.v(largest, k) >= 0) continue;
        svd.u.col(k) *= -1;
        svd.v.col(k) *= -1;
    }
    return svd;
}

}  // namespace muonscope
