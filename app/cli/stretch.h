#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace muonscope::cli {

// How many steps to take between two looks at the bar and at Ctrl+C: more while they stay short in
// time. Where a stretch ends changes no result.
class Stretch {
  public:
    std::int64_t steps() const { return steps_; }
    void took(std::chrono::steady_clock::duration time) {
        if (time < std::chrono::milliseconds(10))
            steps_ = std::min<std::int64_t>(steps_ * 2, 1 << 20);
        else if (time > std::chrono::milliseconds(40))
            steps_ = std::max<std::int64_t>(steps_ / 2, 1);
    }

  private:
    std::int64_t steps_ = 1;
};

}  // namespace muonscope::cli
