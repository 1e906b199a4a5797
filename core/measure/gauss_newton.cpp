#include "core/measure/gauss_newton.h"

#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/dense_factors.h"

namespace muonscope {

// Block (a, b) is H^T diag(p_a (delta_ab - p_b)) H / n.
Matrix gauss_newton_matrix(const Matrix& features, const Matrix& probabilities) {
    const Eigen::Index width = features.cols(), classes = probabilities.cols();
    const auto n = static_cast<double>(features.rows());
    Matrix result(width * classes, width * classes);
    Matrix weighted(features.rows(), width);
    for (Eigen::Index a = 0; a < classes; ++a)
        for (Eigen::Index b = 0; b <= a; ++b) {
            Vector curvature = -probabilities.col(a).cwiseProduct(probabilities.col(b));
            if (a == b) curvature += probabilities.col(a);
            weighted = features.array().colwise() * (curvature / n).array();
            auto block = result.block(a * width, b * width, width, width);
            block.noalias() = features.transpose() * weighted;
            if (a != b) result.block(b * width, a * width, width, width) = block.transpose();
        }
    return result;
}

double predicted_drop(const Matrix& gradient, const Matrix& gauss_newton, double lr) {
    const Vector g = gradient.reshaped();
    return lr * g.squaredNorm() - 0.5 * lr * lr * g.dot(gauss_newton * g);
}

double gauss_newton_flatness(const Matrix& gauss_newton) {
    const Vector values = symmetric_eigenvalues(gauss_newton);  // smallest first
    const double largest = values.size() > 0 ? values(values.size() - 1) : 0;
    if (!(largest > 0)) return 0;
    const Eigen::Index count = (values.array() > 1e-10 * largest).count();
    const Vector p = values.tail(count) / values.tail(count).sum();
    double entropy = 0;
    for (const double share : p) entropy -= share * elementary::log(share);
    return elementary::exp(entropy) / static_cast<double>(count);
}

}  // namespace muonscope
