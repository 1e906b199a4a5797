#pragma once

#include <exception>
#include <string>

namespace muonscope {

// What to tell a person of an exception, in one line: an Error's own words; for what the standard
// library throws (no memory, no thread, a file system's fault) what is missing and what to do.
std::string fault_text(const std::exception& fault);

}  // namespace muonscope
