#pragma once

#include "core/base/choice.h"
#include "core/base/types.h"

namespace muonscope {

// Of outputs F against labels Y, n columns of `out` numbers:
// half 1/2 |F - Y|^2 / n, relative |F - Y|^2 / |Y|^2, mean |F - Y|^2 / (2 n out).
enum class LossKind { half, relative, mean };
inline constexpr auto loss_choices = choices_of<LossKind::mean>(
    {{"half", "Half", "½‖P − A‖²; with data ½‖PX − Y‖²/n."},
     {"relative", "Relative", "‖P − A‖²/‖A‖²; with data ‖PX − Y‖²/‖Y‖²."},
     {"mean", "Mean", "Half the mean square over every residual."}});

// What a model is to learn.
struct Regression {
    Matrix inputs;  // X, in x n; empty when whitened (then X = I, and n counts as 1 in losses)
    Matrix labels;  // Y, out x n
    LossKind loss = LossKind::half;

    bool whitened() const { return inputs.size() == 0; }
};

}  // namespace muonscope
