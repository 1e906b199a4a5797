#pragma once

#include "core/experiment/problem.h"
#include "core/linalg/types.h"

namespace muonscope {

// A linear head B trained from zero on the frozen representation H of one layer.
struct ProbeResult {
    double floor = 0;    // loss of the least-squares head
    double after_k = 0;  // loss after K gradient steps from B = 0
    double steps = 0;    // gradient steps to the threshold; NaN when never reached
};

// Linear tasks: loss 1/2 |B H - T|^2 (n = 1, whitened), in closed form through the eigenvectors of
// H H^T: E_t = E_0 (I - lr H H^T)^t, so any number of steps costs one eigendecomposition.
// Softmax: mean cross-entropy, K real steps; its floor is that of least squares on one-hot labels.
class Probe {
  public:
    explicit Probe(std::shared_ptr<const Problem> problem);
    // spec may change while running (layer, steps, lr, threshold); a new task needs a new problem.
    ProbeResult measure(const std::vector<Matrix>& weights, const ProbeSpec& spec);

  private:
    std::shared_ptr<const Problem> problem_;
};

}  // namespace muonscope
