#pragma once

#include <functional>
#include <map>
#include <string>

namespace muonscope {

// The figures that the paper's notebooks printed (assets/published.json), by path: keys and places
// in lists joined by '/', "staged/sgd/phase2_steps", "mlp/0/b_up".
struct Published {
    std::string source;  // where the figures were printed
    std::map<std::string, double, std::less<>> numbers;
    double muon_tolerance_steps = 0;  // how far "tau/<t>/muon" may be off
};

}  // namespace muonscope
