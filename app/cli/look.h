#pragma once

#include <string>
#include <utility>

// What --size, --scale and --theme say, of the window and of a picture alike. Each throws Error
// that names the option.
namespace muonscope::cli {

std::pair<int, int> size_of(const std::string& text);  // "1600x900": pixels, 64 to 8192 each
double scale_of(const std::string& text);              // 0.5 to 4
bool is_dark(const std::string& theme);                // "dark" or "light"

}  // namespace muonscope::cli
