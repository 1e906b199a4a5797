#include "core/model/softmax_regression.h"

#include <utility>

#include "core/base/elementary.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/reductions.h"

namespace muonscope {

double softmax_in_place(Matrix& scores, const Matrix& one_hot) {
    const Vector highest = scores.rowwise().maxCoeff();
    scores.colwise() -= highest;
    const double right = dot(scores, one_hot);
    kernels().exp(scores.data(), scores.size());
    Vector sums = Vector::Zero(scores.rows());  // class after class
    for (Eigen::Index k = 0; k < scores.cols(); ++k) sums += scores.col(k);
    const double loss = sum(sums.unaryExpr(&elementary::log).eval()) - right;
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
