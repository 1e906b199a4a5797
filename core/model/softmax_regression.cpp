#include "core/model/softmax_regression.h"

#include <utility>

namespace muonscope {

double softmax_in_place(Matrix& scores, const Matrix& one_hot) {
    const Vector highest = scores.rowwise().maxCoeff();
    scores.colwise() -= highest;
    const double right = scores.cwiseProduct(one_hot).sum();
    scores = scores.array().exp().matrix();
    const Vector sums = scores.rowwise().sum();
    const double loss = sums.array().log().sum() - right;
    scores.array().colwise() /= sums.array();
    return loss / static_cast<double>(scores.rows());
}

SoftmaxRegression::SoftmaxRegression(Matrix features, Matrix one_hot)
    : features_(std::move(features)),
      one_hot_(std::move(one_hot)),
      head_(Matrix::Zero(features_.cols(), one_hot_.cols())),
      probabilities_(one_hot_.rows(), one_hot_.cols()),
      errors_(one_hot_.rows(), one_hot_.cols()),
      gradient_(features_.cols(), one_hot_.cols()) {}

double SoftmaxRegression::evaluate() {
    probabilities_.noalias() = features_ * head_;
    const double loss = softmax_in_place(probabilities_, one_hot_);
    errors_ = probabilities_ - one_hot_;
    gradient_.noalias() = features_.transpose() * errors_;
    gradient_ /= static_cast<double>(features_.rows());
    return loss;
}

}  // namespace muonscope
