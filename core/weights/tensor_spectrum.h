#pragma once

#include <optional>

#include "core/base/types.h"
#include "core/base/work.h"
#include "core/formats/tensor_file.h"
#include "core/linalg/spectrum.h"

// Singular values and vectors of the tensors of a file, in double whatever the file holds.
namespace muonscope {

struct MatrixShape {
    Eigen::Index rows = 0, cols = 0;
    Eigen::Index rank() const { return std::min(rows, cols); }  // singular values, zeros included
};

// The matrix that a tensor is taken as: its first dimension by the product of all others, which is
// how optimisers of matrices take filters of convolutions. None for numbers and vectors, and where
// a side is 1 or nothing.
std::optional<MatrixShape> matrix_shape(const TensorEntry& entry);

// Why no singular values are computed of a tensor; empty where they are.
std::string why_no_spectrum(const TensorEntry& entry);
// A decomposition takes minutes and gigabytes beyond it.
constexpr Eigen::Index longest_smaller_side = 16384;

// The tensor as that matrix. Throws Error where it cannot be read.
Matrix read_matrix(const TensorFile& file, const TensorEntry& entry);

// All of its singular values, largest first. Where one side is at least 1.5 times the other, roots
// of the eigenvalues of the smaller Gram matrix, read a part at a time: the absolute error of a
// value s is some epsilon s_1^2/s, so that values below 1e-8 s_1 are not to be told from zero.
// Otherwise by bidiagonalisation (Spectrum), with an error of some epsilon s_1. NaN or infinity in
// the tensor gives NaN throughout. `file` and `entry` outlive the work.
Work<Vector> tensor_values(const TensorFile& file, const TensorEntry& entry);

// W = U S V^T, thin, by the smaller Gram matrix and one product; where the smallest value is below
// 1e-5 s_1, whose vectors the Gram matrix would blur, by divide and conquer (thin_svd). In each
// column of V the entry of largest magnitude is positive.
ThinSvd tensor_svd(const Matrix& matrix);

}  // namespace muonscope
