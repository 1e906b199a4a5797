#pragma once

#include <vector>

#include "core/linalg/matrix_product.h"

namespace muonscope {

// What the loss of a batch of tokens is made of, one entry a position that counts.
struct CountedTokens {
    std::vector<int> positions;         // ascending
    std::vector<int> targets;           // of as many
    std::vector<double> shares;         // of as many, of sum 1
    std::vector<double> losses;         // -log of the target's probability
    std::vector<double> probabilities;  // of the target
    double square_error = 0;            // sum of |probabilities - one-hot|^2
};

// Logits, one column a counted token, become gradients of the loss with respect to them:
// share (softmax - one-hot). Fills `losses`, `probabilities` and `square_error` and returns the
// loss: the sum of share times loss.
template <typename Scalar>
double cross_entropy_in_place(Eigen::Ref<DenseOf<Scalar>> logits, CountedTokens& counted);

}  // namespace muonscope
