#pragma once

#include <iosfwd>

#include "core/session/snapshot.h"

namespace muonscope {

// history.csv: step, lane, steps, then every channel; one line a recorded step and lane, lanes one
// after the other, the last of each where its lane stands; an empty cell where nothing was
// measured. `steps` is how many steps a line stands for, itself the last. Of a channel known at
// every step (Layout::followed) two more columns, its name and _min or _max, hold the smallest and
// the largest value over these. No comment lines, so that pandas and spreadsheets read it as it is.
// Doubles in the shortest digits that read back to the same bits.
void write_history_csv(std::ostream& stream, const Snapshot& snapshot);

}  // namespace muonscope
