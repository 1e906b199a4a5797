#pragma once

#include <string>
#include <string_view>

// Looked at before minutes of work, not after.
namespace muonscope::cli {

// What stands for it where a file is asked for.
inline constexpr std::string_view standard_output = "-";

// Throws Error when `path`, unless empty or standard output, is not a file that can be written.
void check_writable(const std::string& path, const std::string& option);
// Throws Error when `path`, unless it is a device or a pipe, does not end in `ending` (".png").
void check_ending(const std::string& path, const std::string& option, std::string_view ending);

}  // namespace muonscope::cli
