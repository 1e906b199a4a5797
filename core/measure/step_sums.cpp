#include "core/measure/step_sums.h"

#include <cstddef>
#include <cstring>

namespace muonscope {
namespace {

// Eight partial sums as four pairs: what every processor adds at once.
using Pair = double __attribute__((vector_size(16)));
constexpr std::size_t width = 8;

Pair load(const double* at) {
    Pair pair;
    std::memcpy(&pair, at, sizeof pair);
    return pair;
}

struct Partial {
    Pair p[4] = {};
    double total() const {
        const Pair even = (p[0] + p[2]) + (p[1] + p[3]);
        return even[0] + even[1];
    }
};

}  // namespace

double square_sum(const Matrix& matrix) {
    const double* const m = matrix.data();
    const auto size = static_cast<std::size_t>(matrix.size());
    Partial sum;
    std::size_t i = 0;
    for (; i + width <= size; i += width)
        for (std::size_t j = 0; j < 4; ++j) {
            const Pair x = load(m + i + 2 * j);
            sum.p[j] += x * x;
        }
    for (std::size_t j = 0; i + j < size; ++j) sum.p[j / 2][j % 2] += m[i + j] * m[i + j];
    return sum.total();
}

StepSums step_sums(const Matrix& weight, const Matrix& update, const Matrix& gradient) {
    const double* const w = weight.data();
    const double* const u = update.data();
    const double* const g = gradient.data();
    const auto size = static_cast<std::size_t>(update.size());
    Partial moved, square, product;
    std::size_t i = 0;
    for (; i + width <= size; i += width)
        for (std::size_t j = 0; j < 4; ++j) {
            const std::size_t at = i + 2 * j;
            const Pair change = load(u + at), sum = load(w + at) + change;
            moved.p[j] += sum * sum;
            square.p[j] += change * change;
            product.p[j] += change * load(g + at);
        }
    for (std::size_t j = 0; i + j < size; ++j) {
        const double change = u[i + j], sum = w[i + j] + change;
        moved.p[j / 2][j % 2] += sum * sum;
        square.p[j / 2][j % 2] += change * change;
        product.p[j / 2][j % 2] += change * g[i + j];
    }
    return {moved.total(), square.total(), product.total()};
}

}  // namespace muonscope
