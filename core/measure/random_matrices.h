#pragma once

#include <cstdint>
#include <vector>

#include "core/base/types.h"
#include "core/linalg/spectrum.h"

namespace muonscope {

// Square matrices of independent standard normal entries, one after the other. Draw i of a seed is
// the same whoever draws it and whatever was drawn before. Memory is taken once.
class RandomMatrices {
  public:
    RandomMatrices(int n, std::uint64_t seed);

    struct Draw {
        double largest = 0, smallest = 0;  // s_1, s_n
        double condition() const { return largest / smallest; }
        // Numerically singular: s_n <= n eps s_1, what rounding alone may leave of a zero.
        bool singular = false;
    };
    Draw draw(std::uint64_t index);

    int size() const { return n_; }

  private:
    int n_;
    std::uint64_t seed_;
    Spectrum spectrum_;
    std::vector<double> values_;
};

}  // namespace muonscope
