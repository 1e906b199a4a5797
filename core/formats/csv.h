#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muonscope {

// A text as a field of CSV (RFC 4180): in quotes, its own doubled, where it holds a comma, a quote
// or a line's end.
std::string csv_field(std::string_view text);

// The fields of the first record, which is taken off the text with the end of its line, \n or \r\n.
// A quote that is not closed reaches to the end of the text.
std::vector<std::string> next_csv_record(std::string_view& text);

}  // namespace muonscope
