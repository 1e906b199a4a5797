#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/session/sampling_rule.h"

namespace muonscope {

// A block of rows with fixed memory. The writer fills rows in order and never touches one again, so
// a reader that was handed a count by a snapshot may read the rows before it without a lock.
struct HistoryBlock {
    static constexpr std::size_t capacity = 64;
    explicit HistoryBlock(std::size_t channels, std::size_t rows = capacity,
                          std::size_t followed = 0)
        : steps(rows), values(rows * channels), ranges(rows * 2 * followed) {}
    std::vector<std::int64_t> steps;
    std::vector<double> values;  // row-major: rows x channels
    std::vector<double> ranges;  // rows x (smallest of each followed channel, then largest)
};

// Widens ranges by others, or by single values; a NaN widens nothing, low > high is an empty range.
void widen(std::span<double> low, std::span<double> high, const double* lows, const double* highs);

// An immutable view of a lane's history, cheap to copy.
class HistoryView {
  public:
    HistoryView() = default;
    HistoryView(std::vector<std::shared_ptr<const HistoryBlock>> blocks, std::size_t channels,
                std::size_t size, std::uint64_t generation, std::size_t followed = 0)
        : blocks_(std::move(blocks)),
          channels_(channels),
          size_(size),
          followed_(followed),
          generation_(generation) {}

    std::size_t size() const { return size_; }
    std::size_t channels() const { return channels_; }
    // Changes when samples were dropped or rewritten; while it stays, new samples only append.
    std::uint64_t generation() const { return generation_; }

    std::int64_t step(std::size_t sample) const {
        return blocks_[sample / HistoryBlock::capacity]->steps[sample % HistoryBlock::capacity];
    }
    double value(std::size_t sample, std::size_t channel) const { return row(sample)[channel]; }
    std::span<const double> row(std::size_t sample) const {
        const auto& block = *blocks_[sample / HistoryBlock::capacity];
        return {block.values.data() + (sample % HistoryBlock::capacity) * channels_, channels_};
    }
    // The first step that a sample stands for: the one after the sample before. It is the last.
    std::int64_t first_step(std::size_t sample) const {
        return sample == 0 ? step(0) : step(sample - 1) + 1;
    }
    // The first `followed` channels were known at every step: the smallest and the largest over
    // first_step ... step, the sample's own among them; NaN where it was known at none. Of the
    // others the sample's own value.
    std::size_t followed() const { return followed_; }
    double low(std::size_t sample, std::size_t channel) const {
        return channel < followed_ ? range(sample)[channel] : value(sample, channel);
    }
    double high(std::size_t sample, std::size_t channel) const {
        return channel < followed_ ? range(sample)[followed_ + channel] : value(sample, channel);
    }
    // The samples of neighbouring steps that were taken together: [first, last]. One alone where
    // every step is recorded, or where a lane ended.
    struct Pair {
        std::size_t first, last;
    };
    Pair pair(std::size_t sample) const;
    // The last sample at or before `step`; size() when there is none.
    std::size_t find(std::int64_t step) const;

  private:
    const double* range(std::size_t sample) const {
        const auto& block = *blocks_[sample / HistoryBlock::capacity];
        return block.ranges.data() + (sample % HistoryBlock::capacity) * 2 * followed_;
    }
    std::vector<std::shared_ptr<const HistoryBlock>> blocks_;
    std::size_t channels_ = 0, size_ = 0, followed_ = 0;
    std::uint64_t generation_ = 0;
};

// What one lane recorded. It holds exactly the steps that are due under the rule stretched by the
// present thinning, and a last one out of turn when the lane ended; so the samples kept depend on
// the step reached and on max_rows, not on how the run was cut into stretches. The ranges of
// followed channels leave out no step: of a sample that is dropped they go to the next one kept.
class History {
  public:
    static constexpr std::size_t min_rows = 16, max_rows = 4096;

    // `rows` is brought into [min_rows, max_rows]. Generations count on from `generation`. The
    // first `followed` channels have ranges.
    History(std::size_t channels, std::size_t rows, SamplingRule rule, std::uint64_t generation = 0,
            std::size_t followed = 0);

    bool due(std::int64_t step) const { return rule_.due(step, thinning_); }
    std::int64_t next_due(std::int64_t after) const { return rule_.next_due(after, thinning_); }
    // A copy goes its own way from here: both may be appended to.
    History(const History& other);
    History& operator=(const History& other);
    History(History&&) = default;
    History& operator=(History&&) = default;
    ~History() = default;

    // Rows come in order of step (one not beyond the last is ignored: it is there already); a full
    // history drops every second pair and doubles its stride. `low` and `high`: of the followed
    // channels over the steps since the last row; low > high: known at none. The row's own values
    // count too. False when the row is not due any more after the thinning it caused: then low and
    // high are widened by what was dropped at the end, for the row to come.
    bool append(std::int64_t step, std::span<const double> row, std::span<double> low,
                std::span<double> high);
    // The same with nothing known between rows.
    bool append(std::int64_t step, std::span<const double> row);
    void truncate_after(std::int64_t step);  // forget what lies beyond, when going back
    std::int64_t last_step() const { return last_step_; }  // -1 when empty
    // The step of the last row at or before `step`; -1: none.
    std::int64_t row_at_or_before(std::int64_t step) const;
    std::size_t size() const { return size_; }
    std::uint64_t generation() const { return generation_; }
    void set_generation(std::uint64_t generation) { generation_ = generation; }
    HistoryView view() const;
    std::size_t bytes() const;

    // All that it holds as a value: given to a history of the same channels, rule and room, the two
    // go on alike.
    struct Rows {
        std::vector<std::int64_t> steps;
        std::vector<double> values, ranges;  // row by row, as in a HistoryBlock
        std::int64_t thinning = 1;
    };
    Rows rows() const;
    // Throws Error where such rows cannot have been recorded up to `step`; it is unchanged then.
    void set_rows(const Rows& rows, std::int64_t step);

  private:
    void thin(std::span<double> low, std::span<double> high);
    void own_last_block();
    void push(std::int64_t step, std::span<const double> row, std::span<const double> low,
              std::span<const double> high);
    std::size_t channels_, rows_, followed_, size_ = 0;
    SamplingRule rule_;
    std::int64_t thinning_ = 1;  // strides are the rule's times this
    std::int64_t last_step_ = -1;
    std::uint64_t generation_ = 0;
    std::vector<std::shared_ptr<HistoryBlock>> blocks_;
};

// How many rows each of `lanes` histories may hold within `megabytes` for all of them, `doubles` in
// each: a channel's value, and two more for the range of one that is followed.
std::size_t rows_within(int megabytes, int lanes, std::size_t doubles);

}  // namespace muonscope
