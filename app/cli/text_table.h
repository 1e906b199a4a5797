#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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
// Likewise behind a word, below which it goes on: "  dark    the theme for\n          a dark
// room\n".
std::string text_behind(const std::string& word, const std::string& sentence);

// A text of lines that begin with a name in `names` columns, or where they go on with blanks: as it
// is where the terminal is wide enough, else each name's words behind it.
std::string legend_below(std::string_view legend, std::size_t names);

}  // namespace muonscope::cli
