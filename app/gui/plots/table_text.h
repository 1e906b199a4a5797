#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/gui/plots/table.h"

// Tables as texts have them. A first line of headings; columns named in `words` stand to the left.
namespace muonscope::plots {

struct TextTable {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> words = {};
};
// Six significant digits, what is not known as a dash.
TextTable in_text(const Table& table);

std::string to_csv(const TextTable& table);       // RFC 4180, \n
std::string to_markdown(const TextTable& table);  // GitHub's
// A tabular alone, of LaTeX's own rules: no package is needed but inputenc's UTF-8, which has been
// the default since 2018.
std::string to_latex(const TextTable& table);

}  // namespace muonscope::plots
