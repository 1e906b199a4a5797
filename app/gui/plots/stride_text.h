#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace muonscope {
class HistoryView;
struct Snapshot;
}  // namespace muonscope

// What a row of a history stands for, in words: itself, or the steps since the row before.
namespace muonscope::plots {

// The steps that a sample, with its neighbour where two were taken together, stands for.
struct Stride {
    std::size_t first, last;  // samples
    std::int64_t from, to;    // steps
};
Stride stride_at(const HistoryView& history, std::size_t sample);

// Whether a lane knows the channel at the steps between its rows too: not the loss of all data
// where it takes minibatches or has a phase with an objective of its own.
bool known_between_rows(const Snapshot& snapshot, std::size_t lane, std::size_t channel);

// "step 7"; "steps 509–512: last, min – max" of a channel that is
// known between rows; "steps 511, 512 of 509–512" of
// one that was measured at these two.
std::string stride_title(const HistoryView& history, const Stride& stride, bool between);
// "0.42"; "0.42, 0.39 – 0.61"; "0.61, 0.42".
std::string stride_value(const HistoryView& history, const Stride& stride, std::size_t channel,
                         bool between);

// The sample of a history nearest to a step; size() when there is none.
std::size_t nearest_sample(const HistoryView& history, double step);

}  // namespace muonscope::plots
