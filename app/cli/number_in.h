#pragma once

#include <string>
#include <string_view>

namespace muonscope::cli {

// What was typed, as a finite number from least to most; throws an Error that begins with `where`.
double number_in(std::string_view text, const std::string& where, double least, double most);
long whole_number_in(std::string_view text, const std::string& where, long least, long most);

}  // namespace muonscope::cli
