#include "core/session/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/base/error.h"

namespace muonscope {

void widen(std::span<double> low, std::span<double> high, const double* lows, const double* highs) {
    for (std::size_t c = 0; c < low.size(); ++c) {
        if (lows[c] < low[c]) low[c] = lows[c];
        if (highs[c] > high[c]) high[c] = highs[c];
    }
}

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

HistoryView::Pair HistoryView::pair(std::size_t sample) const {
    const auto together = [this](std::size_t a) {  // with the one after it
        return a + 1 < size_ && step(a) > 0 && step(a + 1) == step(a) + 1 &&
               pair_end(step(a)) == step(a + 1) && step(a) > first_step(a);
    };
    if (together(sample)) return {sample, sample + 1};
    if (sample > 0 && together(sample - 1)) return {sample - 1, sample};
    return {sample, sample};
}

History::History(std::size_t channels, std::size_t rows, SamplingRule rule,
                 std::uint64_t generation, std::size_t followed)
    : channels_(channels),
      rows_(std::clamp(rows, min_rows, max_rows)),
      followed_(followed),
      rule_(rule),
      generation_(generation) {}

History::History(const History& other)
    : channels_(other.channels_),
      rows_(other.rows_),
      followed_(other.followed_),
      size_(other.size_),
      rule_(other.rule_),
      thinning_(other.thinning_),
      last_step_(other.last_step_),
      generation_(other.generation_),
      blocks_(other.blocks_) {
    own_last_block();
}

History& History::operator=(const History& other) {
    if (this != &other) *this = History(other);
    return *this;
}

// Rows already handed to readers must not be written again, nor what another copy will write.
void History::own_last_block() {
    if (size_ % HistoryBlock::capacity != 0)
        blocks_.back() = std::make_shared<HistoryBlock>(*blocks_.back());
}

bool History::append(std::int64_t step, std::span<const double> row, std::span<double> low,
                     std::span<double> high) {
    if (step <= last_step_) return true;
    while (size_ >= rows_) {
        thin(low, high);
        // The row that did not fit may itself not be due any more.
        if (!due(step)) {
            widen(low, high, row.data(), row.data());
            return false;
        }
    }
    push(step, row, low, high);
    return true;
}

bool History::append(std::int64_t step, std::span<const double> row) {
    std::vector<double> low(followed_, std::numeric_limits<double>::infinity()), high = low;
    for (double& value : high) value = -value;
    return append(step, row, low, high);
}

void History::push(std::int64_t step, std::span<const double> row, std::span<const double> low,
                   std::span<const double> high) {
    const std::size_t at = size_ % HistoryBlock::capacity;
    if (at == 0)
        blocks_.push_back(std::make_shared<HistoryBlock>(
            channels_, std::min(rows_, HistoryBlock::capacity), followed_));
    HistoryBlock& block = *blocks_.back();
    block.steps[at] = step;
    std::copy_n(row.begin(), channels_,
                block.values.begin() + static_cast<std::ptrdiff_t>(at * channels_));
    const std::span<double> lows(block.ranges.data() + at * 2 * followed_, followed_);
    const std::span<double> highs(lows.data() + followed_, followed_);
    std::copy_n(low.begin(), followed_, lows.begin());
    std::copy_n(high.begin(), followed_, highs.begin());
    widen(lows, highs, row.data(), row.data());
    for (std::size_t c = 0; c < followed_; ++c)
        if (!(lows[c] <= highs[c])) lows[c] = highs[c] = std::nan("");
    last_step_ = step;
    ++size_;
}

// Into new blocks: readers may still hold the old ones.
void History::thin(std::span<double> low, std::span<double> high) {
    const HistoryView old = view();
    thinning_ *= 2;
    ++generation_;
    blocks_.clear();
    size_ = 0;
    last_step_ = -1;
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> lows(followed_, infinite), highs(followed_, -infinite);
    for (std::size_t i = 0; i < old.size(); ++i) {
        for (std::size_t c = 0; c < followed_; ++c) {
            if (old.low(i, c) < lows[c]) lows[c] = old.low(i, c);
            if (old.high(i, c) > highs[c]) highs[c] = old.high(i, c);
        }
        if (!due(old.step(i))) continue;
        push(old.step(i), old.row(i), lows, highs);
        std::fill(lows.begin(), lows.end(), infinite);
        std::fill(highs.begin(), highs.end(), -infinite);
    }
    widen(low, high, lows.data(), highs.data());
}

History::Rows History::rows() const {
    Rows rows;
    rows.thinning = thinning_;
    for (std::size_t first = 0; first < size_; first += HistoryBlock::capacity) {
        const HistoryBlock& block = *blocks_[first / HistoryBlock::capacity];
        const std::size_t count = std::min(size_ - first, HistoryBlock::capacity);
        const auto take = [count](auto& all, const auto& from, std::size_t width) {
            all.insert(all.end(), from.begin(),
                       from.begin() + static_cast<std::ptrdiff_t>(count * width));
        };
        take(rows.steps, block.steps, 1);
        take(rows.values, block.values, channels_);
        take(rows.ranges, block.ranges, 2 * followed_);
    }
    return rows;
}

void History::set_rows(const Rows& rows, std::int64_t step) {
    const std::size_t count = rows.steps.size();
    const bool strides = rows.thinning > 0 && (rows.thinning & (rows.thinning - 1)) == 0 &&
                         rows.thinning < 1LL << 40;
    const bool ascend =
        std::ranges::adjacent_find(rows.steps, std::ranges::greater_equal()) == rows.steps.end();
    if (count == 0 || count > rows_ || !strides || !ascend || rows.steps.front() != 0 ||
        rows.steps.back() > step || rows.values.size() != count * channels_ ||
        rows.ranges.size() != count * 2 * followed_)
        throw Error("its history", fmt::format("its {} rows are not of such a run", count),
                    "use a file that Muonscope saved");
    thinning_ = rows.thinning;
    blocks_.clear();
    size_ = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double* ranges = rows.ranges.data() + i * 2 * followed_;
        push(rows.steps[i], {rows.values.data() + i * channels_, channels_}, {ranges, followed_},
             {ranges + followed_, followed_});
    }
}

std::int64_t History::row_at_or_before(std::int64_t step) const {
    if (step >= last_step_) return last_step_;
    const HistoryView all = view();
    const std::size_t at = all.find(step);
    return at == all.size() ? -1 : all.step(at);
}

void History::truncate_after(std::int64_t step) {
    if (step >= last_step_) return;
    const HistoryView old = view();
    const std::size_t last = old.find(step);
    size_ = last == old.size() ? 0 : last + 1;
    last_step_ = size_ == 0 ? -1 : old.step(last);
    ++generation_;
    blocks_.resize((size_ + HistoryBlock::capacity - 1) / HistoryBlock::capacity);
    own_last_block();
}

HistoryView History::view() const {
    return {{blocks_.begin(), blocks_.end()}, channels_, size_, generation_, followed_};
}

std::size_t History::bytes() const {
    return blocks_.size() * std::min(rows_, HistoryBlock::capacity) *
           ((channels_ + 2 * followed_) * sizeof(double) + sizeof(std::int64_t));
}

std::size_t rows_within(int megabytes, int lanes, std::size_t doubles) {
    const std::size_t row = doubles * sizeof(double) + sizeof(std::int64_t);
    const std::size_t bytes = static_cast<std::size_t>(std::max(megabytes, 1)) << 20;
    return std::clamp(bytes / static_cast<std::size_t>(std::max(lanes, 1)) / row, History::min_rows,
                      History::max_rows);
}

}  // namespace muonscope
