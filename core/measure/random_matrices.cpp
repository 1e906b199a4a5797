#include "core/measure/random_matrices.h"

#include <limits>

#include "core/random/generator.h"

namespace muonscope {

RandomMatrices::RandomMatrices(int n, std::uint64_t seed)
    : n_(n), seed_(seed), spectrum_(n, n), values_(static_cast<std::size_t>(n)) {}

RandomMatrices::Draw RandomMatrices::draw(std::uint64_t index) {
    Generator generator(seed_, Purpose::random_matrices, index);
    spectrum_.singular_values(generator.normal_matrix(n_, n_), values_);
    Draw draw{values_.front(), values_.back()};
    draw.singular = draw.smallest <= n_ * std::numeric_limits<double>::epsilon() * draw.largest;
    return draw;
}

}  // namespace muonscope
