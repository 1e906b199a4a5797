// Rows of any bytes, a field a line and a row between empty lines: another reader of RFC 4180 finds
// the same fields in what csv_field makes of them.

#include "core/formats/csv.h"

#include <vector>

#include "core/base/split.h"
#include "tests/fuzz/expect.h"

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows read_csv(const std::string& text) {
    Rows rows{{""}};
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        std::string& field = rows.back().back();
        if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"')
            field += text[at++];
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            rows.back().emplace_back();
        else if (!quoted && c == '\n')
            rows.push_back({""});
        else
            field += c;
    }
    return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Lines end at 0xff here, so that a field may hold any end of a line.
    const std::string text(reinterpret_cast<const char*>(data), size);
    Rows rows{{}};
    for (const std::string_view field : muonscope::split(text, '\xff')) {
        if (field.empty() && !rows.back().empty())
            rows.emplace_back();
        else
            rows.back().emplace_back(field);
    }
    if (rows.back().empty()) rows.back().emplace_back();
    std::string written;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (row > 0) written += '\n';
        for (std::size_t i = 0; i < rows[row].size(); ++i)
            written += (i > 0 ? "," : "") + muonscope::csv_field(rows[row][i]);
    }
    muonscope::expect(read_csv(written) == rows, "a field is the same written and read again");
    std::string_view rest = written;
    for (const std::vector<std::string>& row : rows)
        muonscope::expect(muonscope::next_csv_record(rest) == row, "so do we");
    return 0;
}
