#pragma once

#include <vector>
#include "core/base/choice.h"

namespace muonscope {

enum class Activation { linear, tanh };
inline constexpr auto activation_choices = choices_of<Activation::tanh>(
    {{"linear", "Linear", "The identity: P is the product of the weights."},
     {"tanh", "Tanh", "tanh between layers; P is the response to unit vectors."}});

// A chain of layers.
struct NetworkSpec {
    int depth = 3;            // number of weight matrices, 1..16
    int width = 32;           // of every layer, unless `widths` says otherwise, 1..1024
    std::vector<int> widths;  // depth + 1 numbers, input first; empty: all `width`
    Activation activation = Activation::linear;  // of the hidden layers ...
    int tanh_from = 1;                           // ... from this one on; those before are linear

    bool operator==(const NetworkSpec&) const = default;
};
// Whether the output of this layer (1-based) passes through tanh.
bool has_tanh(const NetworkSpec& network, int layer);
std::vector<int> layer_widths(const NetworkSpec& network);  // depth + 1, input first

}  // namespace muonscope
