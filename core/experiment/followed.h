#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace muonscope {

// The followed channels of one lane (core/experiment/layout.h): their values at the step it is
// at, and the smallest and largest since the newest row of its history. A NaN is not known and
// changes no range. All memory is taken in the constructor.
class Followed {
  public:
    Followed() = default;
    explicit Followed(std::size_t channels)
        : now_(channels, std::nan("")),
          before_(now_),
          low_(channels, infinite),
          high_(channels, -infinite) {}

    bool empty() const { return now_.empty(); }
    // At the step the lane is at; parts of it become known only with the next step's gradients.
    std::span<double> now() { return now_; }
    std::span<const double> now() const { return now_; }
    // All of it, one step before (after a lane has ended: at its end).
    std::span<const double> before() const { return before_; }

    // `now` is complete and is that of `step`. What a row holds already is not counted again.
    void complete(std::int64_t step) {
        std::copy(now_.begin(), now_.end(), before_.begin());
        if (step == row_) return;
        for (std::size_t c = 0; c < now_.size(); ++c) {
            if (now_[c] < low_[c]) low_[c] = now_[c];
            if (now_[c] > high_[c]) high_[c] = now_[c];
        }
    }

    // Of the steps after the newest row, as far as they are complete; low > high: none known.
    std::span<double> low() { return low_; }
    std::span<double> high() { return high_; }
    std::span<const double> low() const { return low_; }
    std::span<const double> high() const { return high_; }
    // The step of that row.
    std::int64_t row() const { return row_; }
    // Rows after this one were dropped, and what they held has been added.
    void go_on_after(std::int64_t row) { row_ = row; }
    void begin_after(std::int64_t row) {
        row_ = row;
        std::fill(low_.begin(), low_.end(), infinite);
        std::fill(high_.begin(), high_.end(), -infinite);
    }

  private:
    static constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> now_, before_, low_, high_;
    std::int64_t row_ = 0;
};

}  // namespace muonscope
