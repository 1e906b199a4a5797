#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace muonscope {

// A block of rows with fixed memory. The writer fills rows in order and never touches one again, so
// a reader that was handed a count by a snapshot may read the rows before it without a lock.
struct HistoryBlock {
    static constexpr std::size_t capacity = 64;
    explicit HistoryBlock(std::size_t channels) : steps(capacity), values(capacity * channels) {}
    std::vector<std::int64_t> steps;
    std::vector<double> values;  // row-major: capacity x channels
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

// Which steps are recorded: a rule of steps alone, so that a run records the same samples anywhere.
// Stride 1 below `dense`, then doubling with every doubling of the step, up to `sparsest` or, once
// the rows no longer fit, beyond it.
struct SamplingRule {
    std::int64_t dense = 256;
    std::int64_t sparsest = 64;
    std::int64_t stride_at(std::int64_t step) const;
    bool due(std::int64_t step) const;
    std::int64_t next_due(std::int64_t after) const;  // smallest due step > after
};

class History {
  public:
    History(std::size_t channels, std::size_t max_rows, SamplingRule rule);

    bool due(std::int64_t step) const;
    std::int64_t next_due(std::int64_t after) const;
    // Rows come in order of step; a full history drops every second row and doubles its stride.
    void append(std::int64_t step, std::span<const double> row);
    void truncate_after(std::int64_t step);  // forget what lies beyond, when going back
    HistoryView view() const;
    std::size_t bytes() const;

  private:
    void thin();
    std::size_t channels_, max_rows_, size_ = 0;
    SamplingRule rule_;
    std::int64_t thinning_ = 1;  // due steps are multiples of rule stride times this
    std::uint64_t generation_ = 0;
    std::vector<std::shared_ptr<HistoryBlock>> blocks_;
};

}  // namespace muonscope
