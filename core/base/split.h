#pragma once

#include <string_view>
#include <vector>

namespace muonscope {

// "a,,c" -> "a", "", "c": one part more than there are marks. Views into the text.
inline std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(mark);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace muonscope
