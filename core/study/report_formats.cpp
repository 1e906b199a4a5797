#include <fmt/format.h>

#include <algorithm>

#include "core/formats/csv.h"
#include "core/study/report.h"

// Tables as files that others read.
namespace muonscope {
namespace {

bool is_number(const ReportTable& table, std::size_t column) {
    return std::find(table.numbers.begin(), table.numbers.end(), column) != table.numbers.end();
}

std::string escaped(const std::string& text, const std::string& special,
                    const std::string& before) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string::npos) result += before;
        result += c;
    }
    return result;
}

// What LaTeX would take for its own; a minus sign is one there.
std::string latex_text(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = std::string_view(text).substr(i);
        if (rest.starts_with("−")) {
            result += "$-$";
            i += std::string_view("−").size() - 1;
        } else if (rest.starts_with("<=") || rest.starts_with(">=")) {
            result += rest.front() == '<' ? "$\\le$" : "$\\ge$";
            ++i;
        } else if (text[i] == '\\') {
            result += "\\textbackslash{}";
        } else if (text[i] == '^' || text[i] == '~') {
            result += fmt::format("\\{}{{}}", text[i]);
        } else {
            result += escaped(text.substr(i, 1), "_%&#${}", "\\");
        }
    }
    return result;
}

}  // namespace

std::string csv_of(const ReportTable& table) {
    std::string text;
    for (const auto& line : table.lines) {
        for (std::size_t c = 0; c < line.size(); ++c) text += (c ? "," : "") + csv_field(line[c]);
        text += "\n";
    }
    return text;
}

std::string markdown_of(const ReportTable& table) {
    std::string text;
    for (std::size_t l = 0; l < table.lines.size(); ++l) {
        text += "|";
        for (const std::string& cell : table.lines[l])
            text += " " + escaped(cell, "|", "\\") + " |";
        text += "\n";
        if (l > 0) continue;
        text += "|";
        for (std::size_t c = 0; c < table.lines[l].size(); ++c)
            text += is_number(table, c) ? "---:|" : "---|";
        text += "\n";
    }
    return text;
}

std::string latex_of(const ReportTable& table) {
    std::string columns;
    for (std::size_t c = 0; c < table.lines.front().size(); ++c)
        columns += is_number(table, c) ? 'r' : 'l';
    std::string text = fmt::format("\\begin{{tabular}}{{{}}}\n\\hline\n", columns);
    for (std::size_t l = 0; l < table.lines.size(); ++l) {
        for (std::size_t c = 0; c < table.lines[l].size(); ++c)
            text += (c ? " & " : "") + latex_text(table.lines[l][c]);
        text += l == 0 ? " \\\\\n\\hline\n" : " \\\\\n";
    }
    return text + "\\hline\n\\end{tabular}\n";
}

}  // namespace muonscope
