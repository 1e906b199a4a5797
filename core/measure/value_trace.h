#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

// Numbers over the steps at which somebody looked. Ascending in steps: going back forgets what lay
// beyond. Every second sample goes when there are too many.
class ValueTrace {
  public:
    static constexpr std::size_t longest = 2048;
    struct Sample {
        std::int64_t step = 0;
        std::vector<double> values;
    };

    void add(std::int64_t step, std::vector<double> values);
    void forget_after(std::int64_t step);
    const std::vector<Sample>& samples() const { return samples_; }

  private:
    std::vector<Sample> samples_;
};

}  // namespace muonscope
