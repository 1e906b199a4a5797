#include "app/cli/text_table.h"

#include <algorithm>

namespace muonscope::cli {
namespace {

// As many columns as a terminal shows for it, near enough: one a code point.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

}  // namespace

std::string text_table(const std::vector<std::vector<std::string>>& lines,
                       const std::vector<std::size_t>& numbers) {
    std::vector<std::size_t> widths;
    for (const auto& line : lines) {
        widths.resize(std::max(widths.size(), line.size()));
        for (std::size_t c = 0; c < line.size(); ++c)
            widths[c] = std::max(widths[c], width_of(line[c]));
    }
    std::string text;
    for (const auto& line : lines) {
        std::string row;
        for (std::size_t c = 0; c < line.size(); ++c) {
            const std::string padding(widths[c] - width_of(line[c]), ' ');
            const bool is_number = std::find(numbers.begin(), numbers.end(), c) != numbers.end();
            row += (c ? "  " : "") + (is_number ? padding + line[c] : line[c] + padding);
        }
        text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

}  // namespace muonscope::cli
