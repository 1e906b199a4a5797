// Sums over the matrices of a training step: memory bound, so all of them in one pass.

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

constexpr int vectors = 8 / width<double>;

// Eight partial sums.
struct Partial {
    Vec<double> sums[vectors] = {};

    MUONSCOPE_INLINE double total(const double* rest) const {
        double s[8];
        repeat<vectors>([&](auto v) { store(sums[v], s + v * width<double>); });
        for (int j = 0; j < 8; ++j) s[j] += rest[j];
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }
};

void sum_step(const double* w, const double* u, const double* g, Size size, double* result) {
    Partial moved, square, product;
    Size i = 0;
    for (; i + 8 <= size; i += 8)
        repeat<vectors>([&](auto v) {
            const Size at = i + v * width<double>;
            const auto change = load<Vec<double>>(u + at);
            const auto sum = load<Vec<double>>(w + at) + change;
            moved.sums[v] += sum * sum;
            square.sums[v] += change * change;
            product.sums[v] += change * load<Vec<double>>(g + at);
        });
    double moved_rest[8] = {}, square_rest[8] = {}, product_rest[8] = {};
    for (int j = 0; i + j < size; ++j) {
        const double change = u[i + j], sum = w[i + j] + change;
        moved_rest[j] = sum * sum;
        square_rest[j] = change * change;
        product_rest[j] = change * g[i + j];
    }
    result[0] = moved.total(moved_rest);
    result[1] = square.total(square_rest);
    result[2] = product.total(product_rest);
}

}  // namespace

void add_step_sums(Kernels& table) {
    table.step_sums = sum_step;
}

}  // namespace muonscope::MUONSCOPE_AT
