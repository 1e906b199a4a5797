#pragma once

#include "core/base/types.h"

namespace muonscope {

// Softmax of each row of `scores` (n x classes), in place; returns the mean cross-entropy against
// the one-hot labels. One sample a row, so that every operation runs along contiguous samples.
double softmax_in_place(Matrix& scores, const Matrix& one_hot);

// Softmax regression from B = 0 by full-batch gradient descent on the mean cross-entropy of the
// scores H B.
class SoftmaxRegression {
  public:
    SoftmaxRegression(Matrix features, Matrix one_hot);  // H: n x width; n x classes

    // Loss, probabilities and gradient at the head as it stands.
    double evaluate();
    void step(double lr) { head_.noalias() -= lr * gradient_; }  // after evaluate()

    const Matrix& features() const { return features_; }
    const Matrix& probabilities() const { return probabilities_; }  // n x classes
    const Matrix& gradient() const { return gradient_; }            // width x classes

  private:
    Matrix features_, one_hot_, head_, probabilities_, errors_, gradient_;
};

}  // namespace muonscope
