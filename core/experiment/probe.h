#pragma once

#include <string>

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// A linear head B trained from zero on the frozen representation H of one layer.
struct ProbeResult {
    double floor = 0;    // loss of the least-squares head
    double after_k = 0;  // loss after K gradient steps from B = 0
    double steps = 0;    // gradient steps to the threshold; NaN when not found
    // Steps that were looked at: infinity where all are known, so that not found means never.
    double searched = 0;
    // Rate of the head from which on it diverges, 2/s_1(H)^2; NaN for softmax, which has none.
    double critical_rate = 0;
};

// What the probed matrix is called; of a transformer the block.
std::string probed_matrix(const Experiment& experiment);

// Steps to the threshold in words: "58", "never", "> 2000" where no more were looked at; "" for
// what was not measured.
std::string threshold_text(double steps, double searched);

// Linear tasks: loss 1/2 |B H - T|^2 (n = 1, whitened), in closed form through the singular vectors
// of H: E_t = E_0 (I - lr H^T H)^t, so any number of steps costs one decomposition.
// Softmax: mean cross-entropy, real steps; its floor is that of least squares on one-hot labels.
// The threshold is a share misclassified there. It is looked for in the first K steps, and beyond
// them up to step 2000 unless the loss falls by less than half a percent in 100 steps while twice
// the threshold is far off.
// A transformer: the linear task, from the stream that leaves a block to the next token, one-hot,
// mean over positions.
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
