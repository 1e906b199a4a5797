#include "core/experiment/minibatches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random/generator.h"

namespace muonscope {

Minibatches::Minibatches(std::uint64_t seed, int samples, int batch)
    : seed_(seed),
      batch_(batch),
      batches_per_epoch_(samples / batch),
      permutation_(static_cast<std::size_t>(samples)),
      columns_{std::vector<int>(static_cast<std::size_t>(batch))} {}

Minibatches::Minibatches(std::uint64_t seed, const Vector& frequencies, int batch)
    : seed_(seed), batch_(batch), drawn_(static_cast<std::size_t>(frequencies.size())) {
    double sum = 0;
    for (Eigen::Index k = 0; k < frequencies.size(); ++k) up_to_.push_back(sum += frequencies(k));
    const std::size_t most = std::min(up_to_.size(), static_cast<std::size_t>(batch));
    columns_.which.reserve(most);
    columns_.weights.reserve(most);
}

const Columns& Minibatches::columns(std::int64_t step) {
    if (!up_to_.empty()) {
        draw(step);
        return columns_;
    }
    const std::int64_t epoch = step / batches_per_epoch_;
    if (epoch != epoch_) shuffle(epoch);
    const std::ptrdiff_t batch = batch_;
    const auto first = permutation_.begin() + (step % batches_per_epoch_) * batch;
    std::copy(first, first + batch, columns_.which.begin());
    return columns_;
}

void Minibatches::draw(std::int64_t step) {
    Generator generator(seed_, Purpose::minibatch, static_cast<std::uint64_t>(step));
    std::fill(drawn_.begin(), drawn_.end(), 0);
    for (int i = 0; i < batch_; ++i) {
        // The last sum may be a rounding below 1.
        const auto found = std::upper_bound(up_to_.begin(), up_to_.end() - 1, generator.uniform());
        ++drawn_[static_cast<std::size_t>(found - up_to_.begin())];
    }
    columns_.which.clear();
    columns_.weights.clear();
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
        if (drawn_[k] == 0) continue;
        columns_.which.push_back(static_cast<int>(k));
        columns_.weights.push_back(drawn_[k] / static_cast<double>(batch_));
    }
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
