#pragma once

#include <Eigen/Core>

#include "core/base/types.h"
#include "core/linalg/kernels/kernels.h"

// Sums over the entries of matrices and vectors, with the same bits on every processor: entry i, in
// the order of the columns, goes to partial sum i mod 16, and the 16 are added as kernels.h says.
// What feeds a state, a stop, a hash or a published figure is summed by these, never by Eigen,
// whose order follows the width of registers.
namespace muonscope {

// Doubles next to each other, looked at where they stand: a matrix, a vector, or whole columns.
class Entries {
  public:
    template <typename Derived>
    Entries(const Eigen::DenseBase<Derived>& matrix)  // NOLINT: a matrix is its entries
        : data_(matrix.derived().data()), count_(matrix.size()) {
        static_assert(std::is_same_v<typename Derived::Scalar, double> &&
                      Derived::InnerStrideAtCompileTime == 1);
        eigen_assert(matrix.outerSize() <= 1 ||
                     matrix.derived().outerStride() == matrix.innerSize());
    }

    const double* data() const { return data_; }
    Size count() const { return count_; }

  private:
    const double* data_;
    Size count_;
};

double sum(const Entries& x);
double sum_of_squares(const Entries& x);
double dot(const Entries& x, const Entries& y);  // of as many entries each

// |unit x| = norm, unit a power of two: 1 wherever the squares of the entries can be summed as they
// are. So x/|x| is (unit x)/norm, even where |x| itself is beyond the largest double.
struct ScaledNorm {
    double unit = 1, norm = 0;
};

// The root of the sum of squares, of entries of any scale. NaN if an entry is none; else infinity
// if one is infinite; unit is 1 then.
ScaledNorm scaled_norm(const Entries& x);
// |x|; infinity only where it is larger than the largest double.
double norm(const Entries& x);

// The largest |x|; 0 for none. NaN if an entry is none.
double largest_size(const Entries& x);

bool are_finite(const Entries& x);
bool sums_are_finite(const Entries& x, const Entries& y);  // x + y, of as many entries each

}  // namespace muonscope
