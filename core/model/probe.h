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
// Softmax: mean cross-entropy, real steps; its floor is that of least squares on one-hot labels.
// The threshold is a share misclassified there; at most 2000 steps look for it, fewer where the
// loss falls by less than half a percent in 100 steps while twice the threshold is far off.
// A head whose rate is too high diverges, and its loss is reported as it is: huge or infinite.
class Probe {
  public:
    explicit Probe(std::shared_ptr<const Problem> problem);
    // spec may change while running (layer, steps, lr, threshold); a new task needs a new problem.
    ProbeResult measure(const std::vector<Matrix>& weights, const ProbeSpec& spec);

  private:
    std::shared_ptr<const Problem> problem_;
};

}  // namespace muonscope
