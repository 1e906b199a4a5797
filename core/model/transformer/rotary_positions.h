#pragma once

#include "core/linalg/matrix_product.h"

namespace muonscope {

// Turns each head of queries and keys by its position (Su et al., arXiv 2104.09864): entries i and
// i + head_width/2 together, by position x 10000^(-2i/head_width). Angles are in double.
template <typename Scalar>
class RotaryPositions {
  public:
    RotaryPositions(int heads, int head_width, int context);
    // Columns are sequences of `length` positions, one behind the other.
    void turn(Eigen::Ref<DenseOf<Scalar>> columns, int length) const { apply(columns, length, 1); }
    void turn_back(Eigen::Ref<DenseOf<Scalar>> columns, int length) const {
        apply(columns, length, -1);
    }

  private:
    void apply(Eigen::Ref<DenseOf<Scalar>>& columns, int length, int way) const;

    int heads_;
    DenseOf<Scalar> cosines_, sines_;  // head_width/2 x context
};

}  // namespace muonscope
