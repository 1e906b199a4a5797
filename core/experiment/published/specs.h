#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/spec.h"

// The recipes of arXiv 2607.01124 as specs, seed for seed: A from PyTorch's CPU stream, weights
// from its CUDA stream. `shift` is added to every generator seed; 0 is the published run. SGD
// stands in lane 0, Muon (no momentum, as long as the gradient, k rounded iterations) in lane 1.
namespace muonscope {

// Layer 1 for 600 steps towards its own target, then layer 2 alone until 5 % relative error.
Spec staged_spec(std::uint64_t shift = 0);

// The same first phase; then a hidden layer and a readout with tanh between them learn on top of
// it. Rate .04 on the relative loss is their .08 on half of it.
Spec blackbox_spec(std::uint64_t shift = 0);

// The same first phase alone, probed by a softmax regression on 4096 samples.
Spec ce_spec(std::uint64_t shift = 0);

// Both layers at once (tau = 0), or in turns of tau steps, until 5 % relative error.
Spec tau_spec(int tau, std::uint64_t shift = 0);

// What the planners choose from: the powers p of three layers' singular values.
using Schedule = std::array<double, 3>;
std::vector<Schedule> schedules();               // 27, in product order of {1, .5, 0}
std::span<const Schedule> screened_schedules();  // 8, those of the published screening

// Three layers, half loss, lr .02: one lane for each schedule, each step as long as the gradient.
Spec schedules_spec(std::span<const Schedule> chosen, std::uint64_t shift = 0);
// A recipe whose every step follows `schedule`.
Recipe follow(const Schedule& schedule);

// What the planners decided in the published run, as phases: SGD, the rollout planner's plan for
// 100 steps, and the Jacobian-guided one's for 50.
Spec planned_spec();

// Five layers with tanh on a teacher's samples. Lane 0 uses Muon on layers 1..pair, lane 1 on
// layers 1..pair + 1; both update layers 1..pair + 1 first and then the others by SGD.
Spec adjacent_spec(int pair, std::uint64_t shift = 0);

}  // namespace muonscope
