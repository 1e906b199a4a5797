#include "core/measure/column_order.h"

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "core/linalg/orthogonaliser.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

std::vector<Eigen::Index> permutation(Eigen::Index count, std::uint64_t seed) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    Generator generator(seed, Purpose::column_order);
    for (std::size_t i = order.size(); i > 1; --i)  // Fisher and Yates
        std::swap(order[i - 1], order[generator.below(i)]);
    return order;
}

}  // namespace

double column_order_dependence(const OrthogonaliserSpec& spec, const Matrix& gradient,
                               std::uint64_t seed) {
    const bool wide = gradient.rows() < gradient.cols();
    const std::vector<Eigen::Index> order =
        permutation(wide ? gradient.rows() : gradient.cols(), seed);
    const auto permuted = [&](const Matrix& matrix) -> Matrix {
        return wide ? Matrix(matrix(order, Eigen::all)) : Matrix(matrix(Eigen::all, order));
    };
    Matrix before(gradient.rows(), gradient.cols()), after(gradient.rows(), gradient.cols());
    Orthogonaliser orthogonaliser(gradient.rows(), gradient.cols(), spec);
    orthogonaliser.orthogonalise(gradient, before);
    orthogonaliser.orthogonalise(permuted(gradient), after);
    const auto smaller = static_cast<double>(std::min(gradient.rows(), gradient.cols()));
    return (permuted(before) - after).norm() / std::sqrt(smaller);
}

}  // namespace muonscope
