#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/linalg/matrix_product.h"

namespace muonscope {

// Softmax cross-entropy of the columns F of a model: scores S = R^T F, P their softmax down each
// column, CE_j = -log P_cj with c the column's class. Takes its memory once.
class CrossEntropy {
  public:
    // Readout R, out x classes (empty: S = F), of at most so many columns.
    CrossEntropy(Matrix readout, Eigen::Index out, Eigen::Index columns);

    // Keeps probabilities() of these columns, and fills losses(): CE_j of each.
    void evaluate(const Eigen::Ref<const Matrix>& outputs, const int* classes);
    // After evaluate(): d (sum of weight_j CE_j) / dF = R (P - 1_c) diag(weights); takes the
    // probabilities' place.
    void gradient(const int* classes, const double* weights, Eigen::Ref<Matrix> result);

    auto probabilities() const { return scores_.leftCols(columns_); }  // classes x columns
    auto losses() const { return losses_.head(columns_); }

  private:
    Matrix readout_, scores_;
    Vector losses_;
    Eigen::Index columns_ = 0;
    MatrixProduct<double> product_;
};

}  // namespace muonscope
