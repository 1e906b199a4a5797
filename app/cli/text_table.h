#pragma once

#include <string>
#include <vector>

namespace muonscope::cli {

// Lines of equally many cells in fixed columns, two spaces between. Columns named in `numbers`
// stand to the right.
std::string text_table(const std::vector<std::vector<std::string>>& lines,
                       const std::vector<std::size_t>& numbers);

}  // namespace muonscope::cli
