#include "core/formats/csv.h"

#include <algorithm>

namespace muonscope {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::vector<std::string> next_csv_record(std::string_view& text) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c != '"') {
                fields.back() += c;
            } else if (at + 1 < text.size() && text[at + 1] == '"') {
                fields.back() += c;
                ++at;
            } else {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            break;
        } else if (c == '\r' && (at + 1 == text.size() || text[at + 1] == '\n')) {
            continue;  // of the line's end
        } else {
            fields.back() += c;
        }
    }
    text.remove_prefix(std::min(at + 1, text.size()));
    return fields;
}

}  // namespace muonscope
