#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace muonscope::cli {

// Lines of equally many cells in fixed columns, two spaces between, the first line their heading.
// Columns named in `numbers` stand to the right. What is wider than `width` is laid out again:
// words of headings and texts go below each other, and where that is not enough, columns follow in
// further tables, each beginning with the first column.
std::string text_table(const std::vector<std::vector<std::string>>& lines,
                       const std::vector<std::size_t>& numbers, std::size_t width);
// As wide as the terminal that standard output is, if it is one.
std::string text_table(const std::vector<std::vector<std::string>>& lines,
                       const std::vector<std::size_t>& numbers);

// A sentence below a table, in lines of at most the terminal's width; each ends in a newline.
std::string text_below(const std::string& sentence);

}  // namespace muonscope::cli
