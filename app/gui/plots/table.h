#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"

// Numbers that leave the program.
namespace muonscope::plots {

struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;
    // Of a table over steps: how many columns each lane has, and how its values stand on a plot.
    int per_lane = 0;          // 0: no table over steps
    std::vector<int> drawn{};  // which of them a drawing shows; empty: all
    // Likewise: columns with the smallest and the largest value of the steps a row stands for.
    struct Band {
        int column, low, high;
    };
    std::vector<Band> bands{};
    bool logarithmic = false;
    std::vector<bool> hidden{};  // by lane: not in a drawing; empty: none
    // Likewise, by lane: the last step that a drawing's axis looks at, and what is said of it.
    std::vector<double> sound_until{};
    std::vector<std::string> notes{};
};

// RFC 4180 with a header row and \n; 17 significant digits, NaN as an empty field.
std::string to_csv(const Table& table);

// Rows of the lanes' histories between two steps: step, then of every lane "<lane> steps", how many
// steps its row stands for, and every channel, "<lane> <name>", a followed one with "… min" and
// "… max" over these steps, empty where it is known at rows alone. A step that a lane did not
// record leaves its fields empty. `drawn` are the channels.
Table history_table(const Snapshot& snapshot, double from, double to,
                    std::span<const std::size_t> channels, std::span<const std::string> names);

}  // namespace muonscope::plots
