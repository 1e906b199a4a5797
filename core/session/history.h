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
    explicit HistoryBlock(std::size_t channels, std::size_t rows = capacity)
        : steps(rows), values(rows * channels) {}
    std::vector<std::int64_t> steps;
    std::vector<double> values;  // row-major: rows x channels
};

// An immutable view of a lane's history, cheap to copy.
class HistoryView {
  public:
    HistoryView() = default;
    HistoryView(std::vector<std::shared_ptr<const HistoryBlock>> blocks, std::size_t channels,
                std::size_t size, std::int64_t stride, std::uint64_t generation)
        : blocks_(std::move(blocks)),
          channels_(channels),
          size_(size),
          stride_(stride),
          generation_(generation) {}

    std::size_t size() const { return size_; }
    std::size_t channels() const { return channels_; }
    std::int64_t stride() const { return stride_; }  // steps between the newest samples
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
    // The last sample at or before `step`; size() when there is none.
    std::size_t find(std::int64_t step) const;

  private:
    std::vector<std::shared_ptr<const HistoryBlock>> blocks_;
    std::size_t channels_ = 0, size_ = 0;
    std::int64_t stride_ = 1;
    std::uint64_t generation_ = 0;
};

// What one lane recorded. It holds exactly the steps that are due under the rule stretched by the
// present thinning, and a last one out of turn when the lane ended; so the samples kept depend on
// the step reached and on max_rows, not on how the run was cut into stretches.
class History {
  public:
    static constexpr std::size_t min_rows = 16, max_rows = 4096;

    // `rows` is brought into [min_rows, max_rows]. Generations count on from `generation`.
    History(std::size_t channels, std::size_t rows, SamplingRule rule,
            std::uint64_t generation = 0);

    bool due(std::int64_t step) const { return rule_.due(step, thinning_); }
    std::int64_t next_due(std::int64_t after) const { return rule_.next_due(after, thinning_); }
    // Rows come in order of step (one not beyond the last is ignored: it is there already); a full
    // history drops every second row and doubles its stride.
    void append(std::int64_t step, std::span<const double> row);
    void truncate_after(std::int64_t step);  // forget what lies beyond, when going back
    std::int64_t last_step() const { return last_step_; }  // -1 when empty
    std::size_t size() const { return size_; }
    std::uint64_t generation() const { return generation_; }
    HistoryView view() const;
    std::size_t bytes() const;

  private:
    void thin();
    void push(std::int64_t step, std::span<const double> row);
    std::size_t channels_, rows_, size_ = 0;
    SamplingRule rule_;
    std::int64_t thinning_ = 1;  // due steps are multiples of rule stride times this
    std::int64_t last_step_ = -1;
    std::uint64_t generation_ = 0;
    std::vector<std::shared_ptr<HistoryBlock>> blocks_;
};

// How many rows each of `lanes` histories may hold within `megabytes` for all of them.
std::size_t rows_within(int megabytes, int lanes, std::size_t channels);

}  // namespace muonscope
