#pragma once

#include <string_view>

#include "core/session/ghost.h"

namespace muonscope {

// A run's numbers from a table: history.csv as `run --out` writes it (step, lane, steps, a
// column a channel), or the values of a plot as the window saves them (step, then of every lane
// "<lane> steps" and "<lane> <channel>"). Ranges between rows are not taken over. Throws Error
// naming `source`, the line and what is wrong.
Ghost ghost_from_csv(std::string_view text, std::string_view source);

}  // namespace muonscope
