#pragma once

#include <string>
#include <vector>

#include "core/study/study.h"

namespace muonscope::cli {

// The file that was named, or one that ships with the program: "depth". Throws Error.
Study chosen_study(const std::string& name);
std::vector<std::string> shipped_studies();      // their names
bool is_shipped_study(const std::string& name);  // and no file of that name is here

}  // namespace muonscope::cli
