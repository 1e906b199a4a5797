#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/work.h"
#include "core/measure/drawn_law.h"

namespace muonscope {

struct SampleSummary {
    std::int64_t drawn = 0, singular = 0;
    DrawnLaw condition, smallest, smallest_square;  // kappa/n, sqrt(n) s_n, n s_n^2
};

// Square Gaussian matrices of one size, each drawn once, held against the laws of Edelman (1988).
class MatrixSample {
  public:
    MatrixSample(int n, int seed) : n_(n), seed_(seed) {}

    int n() const { return n_; }
    int seed() const { return seed_; }
    std::int64_t drawn() const { return static_cast<std::int64_t>(smallest_.size()); }
    SampleSummary summary() const;
    // Draws until `wanted` are there; hands over a summary at first often, then whenever a
    // twentieth more has come, so that summing up stays a small part of the work. Pauses after each
    // matrix: given up there, what came since the newest summary is drawn again by whoever goes on.
    static Work<> draw(std::shared_ptr<MatrixSample> into, std::int64_t wanted,
                       std::function<void(SampleSummary)> found);

  private:
    int n_, seed_;
    std::int64_t singular_ = 0;
    std::vector<double> condition_, smallest_;  // ascending
};

}  // namespace muonscope
