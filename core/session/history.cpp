#include "core/session/history.h"

#include <algorithm>

namespace muonscope {

std::size_t HistoryView::find(std::int64_t step) const {
    std::size_t first = 0, count = size_;
    while (count > 0) {
        const std::size_t half = count / 2;
        if (this->step(first + half) <= step) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first == 0 ? size_ : first - 1;
}

History::History(std::size_t channels, std::size_t rows, SamplingRule rule,
                 std::uint64_t generation)
    : channels_(channels),
      rows_(std::clamp(rows, min_rows, max_rows)),
      rule_(rule),
      generation_(generation) {}

void History::append(std::int64_t step, std::span<const double> row) {
    if (step <= last_step_) return;
    while (size_ >= rows_) {
        thin();
        // The row that did not fit may itself not be due any more.
        if (!due(step)) return;
    }
    push(step, row);
}

void History::push(std::int64_t step, std::span<const double> row) {
    const std::size_t at = size_ % HistoryBlock::capacity;
    if (at == 0)
        blocks_.push_back(
            std::make_shared<HistoryBlock>(channels_, std::min(rows_, HistoryBlock::capacity)));
    HistoryBlock& block = *blocks_.back();
    block.steps[at] = step;
    std::copy_n(row.begin(), channels_,
                block.values.begin() + static_cast<std::ptrdiff_t>(at * channels_));
    last_step_ = step;
    ++size_;
}

// Into new blocks: readers may still hold the old ones.
void History::thin() {
    const HistoryView old = view();
    thinning_ *= 2;
    ++generation_;
    blocks_.clear();
    size_ = 0;
    last_step_ = -1;
    for (std::size_t i = 0; i < old.size(); ++i)
        if (due(old.step(i))) push(old.step(i), old.row(i));
}

void History::truncate_after(std::int64_t step) {
    if (step >= last_step_) return;
    const HistoryView old = view();
    const std::size_t last = old.find(step);
    size_ = last == old.size() ? 0 : last + 1;
    last_step_ = size_ == 0 ? -1 : old.step(last);
    ++generation_;
    blocks_.resize((size_ + HistoryBlock::capacity - 1) / HistoryBlock::capacity);
    // Rows already handed to readers must not be written again.
    if (size_ % HistoryBlock::capacity != 0)
        blocks_.back() = std::make_shared<HistoryBlock>(*blocks_.back());
}

HistoryView History::view() const {
    return {{blocks_.begin(), blocks_.end()},
            channels_,
            size_,
            rule_.stride_at(std::max<std::int64_t>(last_step_, 0)) * thinning_,
            generation_};
}

std::size_t History::bytes() const {
    return blocks_.size() * std::min(rows_, HistoryBlock::capacity) *
           (channels_ * sizeof(double) + sizeof(std::int64_t));
}

std::size_t rows_within(int megabytes, int lanes, std::size_t channels) {
    const std::size_t row = channels * sizeof(double) + sizeof(std::int64_t);
    const std::size_t bytes = static_cast<std::size_t>(std::max(megabytes, 1)) << 20;
    return std::clamp(bytes / static_cast<std::size_t>(std::max(lanes, 1)) / row, History::min_rows,
                      History::max_rows);
}

}  // namespace muonscope
