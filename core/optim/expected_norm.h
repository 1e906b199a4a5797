#pragma once

#include "core/optim/optimizer_spec.h"

namespace muonscope {

// How much further a sum of updates wanders, in squared length, than updates as long that knew
// nothing of each other would: (sum of c_k)^2 / (sum of c_k^2) for u = sum c_k g_(t-k) with
// independent g. Momentum without Nesterov, and AdamW's b1: (1 + mu)/(1 - mu).
double momentum_correlation(const OptimizerSpec& spec);

// Where |W| settles under weight decay when updates do not depend on the weights (arXiv
// 2512.08217): |W|^2 = g C/(2 lambda), C = E|u|^2, W <- (1 - g lambda) W - g u; with momentum g^2
// stands for g^2 (1 + mu)/(1 - mu). From the size of one step, |dW| = g |u| ~ update_norm, made at
// learning rate `rate`; in the mean over many steps where sizes differ. Exact for
// g lambda << 1 - mu. Orthogonalised momenta are a little less alike than momenta, by how much
// depends on the shape: with Muon an upper estimate. NaN where nothing decays so: decay none,
// coupled, cautious (which decays only some of the entries), or a rate of zero; and where steps
// across W only turn it, because what holds the norm up is then the chance part along W alone,
// which carries it through zero, where the rule does not apply.
double expected_norm(const OptimizerSpec& spec, double rate, double update_norm);

}  // namespace muonscope
