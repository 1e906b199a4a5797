#pragma once

#include <string>
#include <vector>

#include "core/session/session.h"

namespace muonscope::cli {

// --until: column<=value of history.csv, for every lane at once, looked at after every step. Throws
// Error for a column that there is not, or a value that is no number.
std::vector<Bound> stop_rule(const std::vector<std::string>& conditions, const Layout& layout);

}  // namespace muonscope::cli
