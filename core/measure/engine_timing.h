#pragma once

#include <functional>
#include <vector>

#include "core/linalg/engine.h"
#include "core/measure/call_time.h"

namespace muonscope {

// How long one call of an engine takes for an n x n Gaussian matrix on this machine.
struct EngineTiming {
    Engine engine = Engine::jordan;
    int n = 0;
    CallTime time;
};

// n = 16, 32 … 1024, all engines at one n before the next; an engine stops at the n that would take
// it more than about a second a call. Pauses between calls.
Work<> time_engines(std::vector<OrthogonaliserSpec> engines,
                    std::function<void(EngineTiming)> found);

// Of a law time = c n^p through the medians of one engine, from n = 128 on (all, where there are
// fewer than two such); least squares of the logarithms. p is NaN with fewer than two.
struct CostLaw {
    double factor = 0, exponent = 0;
    double seconds(double n) const;
};
CostLaw cost_law(const std::vector<EngineTiming>& timings, Engine engine);

}  // namespace muonscope
