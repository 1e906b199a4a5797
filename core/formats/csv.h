#pragma once

#include <string>
#include <string_view>

namespace muonscope {

// A text as a field of CSV (RFC 4180): in quotes, its own doubled, where it holds a comma, a quote
// or a line's end.
std::string csv_field(std::string_view text);

}  // namespace muonscope
