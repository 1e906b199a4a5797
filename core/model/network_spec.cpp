#include "core/model/network_spec.h"

namespace muonscope {

std::vector<int> layer_widths(const NetworkSpec& network) {
    if (!network.widths.empty()) return network.widths;
    return std::vector<int>(static_cast<std::size_t>(network.depth) + 1, network.width);
}

bool has_tanh(const NetworkSpec& network, int layer) {
    return network.activation == Activation::tanh && layer >= network.tanh_from &&
           layer < network.depth;
}

}  // namespace muonscope
