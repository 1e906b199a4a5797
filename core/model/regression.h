#pragma once

#include <vector>

#include "core/base/choice.h"
#include "core/base/types.h"

namespace muonscope {

// Of outputs F against labels Y, n columns of `out` numbers:
// half 1/2 |F - Y|^2 / n, relative |F - Y|^2 / |Y|^2, mean |F - Y|^2 / (2 n out); cross-entropy the
// mean of -log P_c, P the softmax of a column's scores and c its class.
enum class LossKind { half, relative, mean, cross_entropy };
inline constexpr auto loss_choices = choices_of<LossKind::cross_entropy>(
    {{"half", "Half", "½‖P − A‖²; with data ½‖PX − Y‖²/n."},
     {"relative", "Relative", "‖P − A‖²/‖A‖²; with data ‖PX − Y‖²/‖Y‖²."},
     {"mean", "Mean", "Half the mean square over every residual."},
     {"cross_entropy", "Cross-entropy",
      "−log of the right answer's probability, the softmax of Vᵀ F(e) of associations; of other "
      "data of F itself, the class where a label is largest."}});

// What a model is to learn.
struct Regression {
    Matrix inputs;  // X, in x n; empty when whitened (then X = I, and n counts as 1 in losses)
    Matrix labels;  // Y, out x n
    LossKind loss = LossKind::half;
    // How much a column counts, the sum 1, in place of 1/n each; empty: all alike.
    Vector weights = {};
    // Cross-entropy alone. Scores are R^T F, R out x classes; empty: F itself.
    Matrix readout = {};
    std::vector<int> classes = {};  // the right one of each column

    bool whitened() const { return inputs.size() == 0; }
};

// Columns of a minibatch.
struct Columns {
    std::vector<int> which;
    // How much each counts, the sum 1; empty: all alike. A regression with weights needs them.
    std::vector<double> weights = {};
};

}  // namespace muonscope
