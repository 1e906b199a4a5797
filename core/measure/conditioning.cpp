#include "core/measure/conditioning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/linalg/spectrum.h"

namespace muonscope {

SpectrumEnds spectrum_ends(const Matrix& product, Eigen::Index narrowest) {
    const Vector values = singular_values(product);
    return {values(0), values(std::min(narrowest, values.size()) - 1)};
}

double SpectrumEnds::condition() const {
    return smallest == 0 ? std::numeric_limits<double>::infinity() : largest / smallest;
}

double LayerJacobian::ratio(double rate) const {
    const double fast = std::abs(1 - rate * largest() * largest());
    const double slow = std::abs(1 - rate * smallest() * smallest());
    return std::max(fast, slow);
}

double LayerJacobian::best_rate() const {
    return 2 / (largest() * largest() + smallest() * smallest());
}

double LayerJacobian::best_ratio() const {
    const double square = condition() * condition();
    return std::isinf(square) ? 1 : (square - 1) / (square + 1);
}

namespace {

// A product of layers as it grows; empty: the identity.
struct ChainFactor {
    Matrix product;
    Eigen::Index narrowest = 0;

    SpectrumEnds ends() const {
        return product.size() > 0 ? spectrum_ends(product, narrowest) : SpectrumEnds{};
    }
    void become(Matrix next, const Matrix& layer) {
        const Eigen::Index width = std::min(layer.rows(), layer.cols());
        narrowest = product.size() > 0 ? std::min(narrowest, width) : width;
        product = std::move(next);
    }
};

}  // namespace

Conditioning conditioning(const std::vector<Matrix>& weights, const Matrix& inputs) {
    Conditioning result;
    const std::size_t depth = weights.size();
    result.jacobians.resize(depth);
    ChainFactor below;  // W_{l-1} ... W_1 X
    if (inputs.size() > 0) below.become(inputs, inputs);
    for (std::size_t l = 0; l < depth; ++l) {
        const Matrix& w = weights[l];
        result.layers.push_back(spectrum_ends(w, std::min(w.rows(), w.cols())).condition());
        result.jacobians[l].below = below.ends();
        below.become(below.product.size() > 0 ? Matrix(w * below.product) : w, w);
    }
    ChainFactor above;  // W_L ... W_{l+1}
    for (std::size_t l = depth; l-- > 0;) {
        const Matrix& w = weights[l];
        result.jacobians[l].above = above.ends();
        above.become(above.product.size() > 0 ? Matrix(above.product * w) : w, w);
    }
    result.product = above.ends().condition();
    return result;
}

}  // namespace muonscope
