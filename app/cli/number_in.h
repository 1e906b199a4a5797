#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muonscope::cli {

// What was typed, as a finite number from least to most; throws an Error that begins with `where`.
double number_in(const std::string& text, const std::string& where, double least, double most);
long whole_number_in(const std::string& text, const std::string& where, long least, long most);

// "a,b,c" -> a, b, c; empty parts stay.
std::vector<std::string> split(std::string_view text, char mark);

}  // namespace muonscope::cli
