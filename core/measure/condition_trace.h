#pragma once

#include <cstdint>
#include <vector>

#include "core/measure/conditioning.h"

namespace muonscope {

// Condition numbers of the layers' Jacobians over the steps at which somebody looked. Ascending in
// steps: going back forgets what lay beyond. Every second sample goes when there are too many.
class ConditionTrace {
  public:
    static constexpr std::size_t longest = 2048;
    struct Sample {
        std::int64_t step = 0;
        std::vector<double> jacobians;  // kappa, by layer
    };

    void add(std::int64_t step, const Conditioning& numbers);
    const std::vector<Sample>& samples() const { return samples_; }

  private:
    std::vector<Sample> samples_;
};

}  // namespace muonscope
