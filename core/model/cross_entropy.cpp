#include "core/model/cross_entropy.h"

#include <algorithm>
#include <utility>

#include "core/base/elementary.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/reductions.h"

namespace muonscope {

CrossEntropy::CrossEntropy(Matrix readout, Eigen::Index out, Eigen::Index columns)
    : readout_(std::move(readout)),
      scores_(readout_.size() == 0 ? out : readout_.cols(), columns),
      losses_(columns),
      product_(std::max({out, scores_.rows(), columns}), std::max(out, scores_.rows())) {}

void CrossEntropy::evaluate(const Eigen::Ref<const Matrix>& outputs, const int* classes) {
    columns_ = outputs.cols();
    auto scores = scores_.leftCols(columns_);
    if (readout_.size() == 0)
        scores = outputs;
    else
        product_.multiply(readout_.transpose(), outputs, scores);
    // The largest score becomes 0, so that no exponential overflows.
    for (Eigen::Index j = 0; j < columns_; ++j) {
        auto column = scores.col(j);
        column.array() -= column.maxCoeff<Eigen::PropagateNaN>();
        losses_(j) = -column(classes[j]);
    }
    kernels().exp(scores_.data(), scores.size());
    for (Eigen::Index j = 0; j < columns_; ++j) {
        auto column = scores.col(j);
        const double total = sum(column);
        losses_(j) += elementary::log(total);
        column /= total;
    }
}

void CrossEntropy::gradient(const int* classes, const double* weights, Eigen::Ref<Matrix> result) {
    auto errors = scores_.leftCols(columns_);
    for (Eigen::Index j = 0; j < columns_; ++j) {
        errors(classes[j], j) -= 1.0;
        errors.col(j) *= weights[j];
    }
    if (readout_.size() == 0)
        result = errors;
    else
        product_.multiply(readout_, errors, result);
}

}  // namespace muonscope
