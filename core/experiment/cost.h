#pragma once

#include <vector>

#include "core/experiment/spec.h"

// Estimates in multiply-adds of a matrix product, so that how often to measure can be decided from
// the spec alone: a clock would record other samples on another machine.
namespace muonscope {

// One gradient pass over all layers: what a step of SGD costs. Optimisers that cost more only make
// measures relatively cheaper.
double step_cost(const Experiment& experiment);

// One measured row: singular values of weights, gradients, updates and product, modes, what
// layers keep of their outputs, probe.
double measure_cost(const Experiment& experiment);

}  // namespace muonscope
