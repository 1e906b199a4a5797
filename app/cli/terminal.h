#pragma once

#include <cstddef>

namespace muonscope::cli {

// How many characters a line of standard output holds: COLUMNS, or what the terminal says of
// itself. No limit where standard output is not a terminal.
std::size_t terminal_columns();

}  // namespace muonscope::cli
