#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/model/regression.h"

namespace muonscope {

// Which columns of the data a step sees. A function of seed and step alone, so every lane sees the
// same batches, also after going back.
class Minibatches {
  public:
    // Each epoch is one permutation of all columns, cut into batches (a remainder shorter than a
    // batch is left out of that epoch). 1 <= batch <= samples.
    Minibatches(std::uint64_t seed, int samples, int batch);
    // Each step draws `batch` columns by their frequencies, whose sum is 1, with replacement: one
    // drawn twice stands once and counts twice.
    Minibatches(std::uint64_t seed, const Vector& frequencies, int batch);

    const Columns& columns(std::int64_t step);  // no allocation

  private:
    void shuffle(std::int64_t epoch);
    void draw(std::int64_t step);

    std::uint64_t seed_;
    int batch_;
    std::int64_t batches_per_epoch_ = 0;
    std::int64_t epoch_ = -1;
    std::vector<int> permutation_;
    std::vector<double> up_to_;  // sums of frequencies; empty: without replacement
    std::vector<int> drawn_;     // how often each column
    Columns columns_;
};

}  // namespace muonscope
