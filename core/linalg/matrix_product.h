#pragma once

#include <Eigen/Core>

namespace muonscope {

template <typename Scalar>
using DenseOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

// A matrix, or the transpose of one, as a factor of a product: looked at where it stands, so it
// must outlive the product. Made from a matrix, a block of one, and .transpose() of either.
template <typename Scalar>
class Factor {
  public:
    template <typename Derived>
    Factor(const Eigen::DenseBase<Derived>& matrix)  // NOLINT: a matrix is a factor
        : data_(matrix.derived().data()),
          stride_(matrix.derived().outerStride()),
          rows_(matrix.rows()),
          cols_(matrix.cols()) {
        static_assert(std::is_same_v<typename Derived::Scalar, Scalar> &&
                      Derived::InnerStrideAtCompileTime == 1);
        // Eigen's transpose of columns in memory says that it has rows there.
        transposed_ = Derived::IsRowMajor;
    }

    Eigen::Index rows() const { return rows_; }
    Eigen::Index cols() const { return cols_; }
    bool transposed() const { return transposed_; }
    // Of what lies in memory, column by column: the matrix before it was transposed.
    const Scalar* at(Eigen::Index row, Eigen::Index col) const {
        return data_ + row + col * stride_;
    }
    Eigen::Index stride() const { return stride_; }
    auto in_memory() const {
        return Eigen::Map<const DenseOf<Scalar>, 0, Eigen::OuterStride<>>(
            data_, transposed_ ? cols_ : rows_, transposed_ ? rows_ : cols_,
            Eigen::OuterStride<>(stride_));
    }

  private:
    const Scalar* data_;
    Eigen::Index stride_, rows_, cols_;
    bool transposed_;
};

// Products of the sizes that networks here have, 1 to a few thousand, float and double, on one
// thread. The same numbers give the same bits on every processor, in place or transposed, as a
// whole or as part of a larger product (ProductTask in kernels.h says in which order each sum is
// taken), and what is added to the product is added as it is written.
template <typename Scalar>
class MatrixProduct {
  public:
    using Result = Eigen::Ref<DenseOf<Scalar>>;
    using Other = Eigen::Ref<const DenseOf<Scalar>>;

    MatrixProduct() = default;
    // Takes the memory for left factors of at most rows x depth; what needs more takes it when it
    // comes.
    MatrixProduct(Eigen::Index rows, Eigen::Index depth);

    // result = left right; result has its shape already, and is none of the factors.
    void multiply(const Factor<Scalar>& left, const Factor<Scalar>& right, Result result) {
        compute(left, right, 1, nullptr, 0, result, false);
    }
    // result = alpha left right + beta other; other may be result.
    void combine(Scalar alpha, const Factor<Scalar>& left, const Factor<Scalar>& right, Scalar beta,
                 const Other& other, Result result) {
        compute(left, right, alpha, &other, beta, result, false);
    }

    // The same of factors whose product the caller knows to be symmetric (X X^T, or A B of
    // symmetric A and B that commute) and of a symmetric other: the lower triangle is computed, and
    // mirrored; nearly half the work.
    void multiply_symmetric(const Factor<Scalar>& left, const Factor<Scalar>& right,
                            Result result) {
        compute(left, right, 1, nullptr, 0, result, true);
    }
    void combine_symmetric(Scalar alpha, const Factor<Scalar>& left, const Factor<Scalar>& right,
                           Scalar beta, const Other& other, Result result) {
        compute(left, right, alpha, &other, beta, result, true);
    }

  private:
    void reserve(Eigen::Index rows, Eigen::Index depth, Eigen::Index cols);
    void compute(const Factor<Scalar>& left, const Factor<Scalar>& right, Scalar alpha,
                 const Other* other, Scalar beta, Result& result, bool symmetric);

    // For blocks of both factors in the order in which they are read.
    Eigen::Matrix<Scalar, Eigen::Dynamic, 1> space_;
};

// Multiply-adds of a symmetric product n x k times k x n.
double symmetric_multiply_adds(Eigen::Index n, Eigen::Index k);

}  // namespace muonscope
