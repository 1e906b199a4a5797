#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope {

// What each channel of a row is called in tables: loss, layer_2_norm, product_sv_1 …
std::vector<std::string> channel_names(const Layout& layout);

// What the columns mean: every name in history.csv is one of these, K and L standing for the index
// of a singular value and of a layer.
struct ColumnWords {
    std::string_view name, words;
};
std::span<const ColumnWords> column_words();

// history.csv: step, lane, steps, then every channel; one line a recorded step and lane, lanes one
// after the other, the last of each where its lane stands; an empty cell where nothing was
// measured. `steps` is how many steps a line stands for, itself the last. Of a channel known at
// every step (Layout::followed) two more columns, its name and _min or _max, hold the smallest and
// the largest value over these. No comment lines, so that pandas and spreadsheets read it as it is.
// Doubles in the shortest digits that read back to the same bits.
void write_history_csv(std::ostream& stream, const Snapshot& snapshot);

}  // namespace muonscope
