#pragma once

#include <cstddef>
#include <cstdint>

namespace muonscope {

class HistoryView;

// Where a channel first came to the other side of a level.
struct LevelCrossing {
    // At some step of after … by: by is the step of the first row that tells of it, after the first
    // step that this row stands for. The same where every step was recorded.
    std::int64_t after = -1, by = -1;
    std::size_t row = 0;
    bool found() const { return by >= 0; }
    bool exact() const { return after == by; }
};

// The first step at which a recorded channel is below the level, or above it, in the sense of < and
// >. Of a channel that is followed between rows (HistoryView::followed) its smallest and largest
// value there count too. Values that are not finite are on neither side. The rows may be those that
// thinning left: then the step is known as a range. Row 0 may be the answer.
LevelCrossing first_below(const HistoryView& history, std::size_t channel, double level);
LevelCrossing first_above(const HistoryView& history, std::size_t channel, double level);
// From the side on which the first finite value lies to the other: below where that is the level
// itself or above it.
struct Crossed {
    bool below = true;
    LevelCrossing at;
};
Crossed first_across(const HistoryView& history, std::size_t channel, double level);

}  // namespace muonscope
