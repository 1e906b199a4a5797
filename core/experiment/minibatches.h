#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

// Which columns of the data a step sees: each epoch is one permutation of all columns, cut into
// batches (a remainder shorter than a batch is left out of that epoch). A function of seed and
// step alone, so every lane sees the same batches, also after going back.
class Minibatches {
  public:
    Minibatches(std::uint64_t seed, int samples, int batch);  // 1 <= batch <= samples

    const std::vector<int>& columns(std::int64_t step);  // `batch` indices; no allocation

  private:
    void shuffle(std::int64_t epoch);
    std::uint64_t seed_;
    std::int64_t batches_per_epoch_;
    std::int64_t epoch_ = -1;
    std::vector<int> permutation_, columns_;
};

}  // namespace muonscope
