#include "core/experiment/minibatches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random/generator.h"

namespace muonscope {

Minibatches::Minibatches(std::uint64_t seed, int samples, int batch)
    : seed_(seed),
      batches_per_epoch_(samples / batch),
      permutation_(static_cast<std::size_t>(samples)),
      columns_(static_cast<std::size_t>(batch)) {}

const std::vector<int>& Minibatches::columns(std::int64_t step) {
    const std::int64_t epoch = step / batches_per_epoch_;
    if (epoch != epoch_) shuffle(epoch);
    const auto batch = static_cast<std::ptrdiff_t>(columns_.size());
    const auto first = permutation_.begin() + (step % batches_per_epoch_) * batch;
    std::copy(first, first + batch, columns_.begin());
    return columns_;
}

// Fisher-Yates, afresh from the identity, so that an epoch does not depend on those before it.
void Minibatches::shuffle(std::int64_t epoch) {
    epoch_ = epoch;
    std::iota(permutation_.begin(), permutation_.end(), 0);
    Generator generator(seed_, Purpose::minibatch, static_cast<std::uint64_t>(epoch));
    for (std::size_t i = permutation_.size(); i > 1; --i)
        std::swap(permutation_[i - 1], permutation_[generator.below(i)]);
}

}  // namespace muonscope
