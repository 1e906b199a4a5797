#pragma once

#include <vector>

#include "core/linalg/matrix_product.h"

namespace muonscope {

// y = x/sqrt(mean(x^2) + epsilon) for each column (Zhang, Sennrich, arXiv 1910.07467, without the
// gain). Sums are in double.
template <typename Scalar>
class RmsNorm {
  public:
    using Columns = Eigen::Ref<DenseOf<Scalar>>;
    using ConstColumns = Eigen::Ref<const DenseOf<Scalar>>;

    static constexpr double epsilon = 1e-6;

    void reserve(Eigen::Index columns) { scales_.resize(static_cast<std::size_t>(columns)); }
    void forward(const ConstColumns& x, Columns y);
    // d_x += what d_y comes to, of the newest forward(), whose y this is:
    // scale (d_y - y mean(y d_y)).
    void backward(const ConstColumns& y, const ConstColumns& d_y, Columns d_x) const;

  private:
    std::vector<double> scales_;  // one a column
};

}  // namespace muonscope
