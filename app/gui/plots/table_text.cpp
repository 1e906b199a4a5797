#include "app/gui/plots/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/formats/csv.h"

namespace muonscope::plots {

namespace {

bool is_words(const TextTable& table, std::size_t column) {
    return std::count(table.words.begin(), table.words.end(), column) > 0;
}

std::string for_markdown(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`' || c == '<') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// Signs that a font of text lacks stand in mathematics.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> latex_signs{
    {{"\\", "\\textbackslash{}"},
     {"&", "\\&"},
     {"%", "\\%"},
     {"$", "\\$"},
     {"#", "\\#"},
     {"_", "\\_"},
     {"{", "\\{"},
     {"}", "\\}"},
     {"~", "\\textasciitilde{}"},
     {"^", "\\textasciicircum{}"},
     {"<", "$<$"},
     {">", "$>$"},
     {"|", "$|$"},
     {"−", "$-$"},
     {"±", "$\\pm$"},
     {"×", "$\\times$"},
     {"·", "$\\cdot$"},
     {"≤", "$\\leq$"},
     {"≥", "$\\geq$"},
     {"‖", "$\\|$"},
     {"σ", "$\\sigma$"},
     {"κ", "$\\kappa$"},
     {"η", "$\\eta$"},
     {"β", "$\\beta$"},
     {"λ", "$\\lambda$"},
     {"μ", "$\\mu$"},
     {"τ", "$\\tau$"},
     {"α", "$\\alpha$"},
     {"₀", "$_0$"},
     {"₁", "$_1$"},
     {"₂", "$_2$"},
     {"₃", "$_3$"},
     {"²", "$^2$"},
     {"ᵀ", "$^{\\top}$"},
     {"√", "$\\surd$"},
     {"\n", " "}}};

std::string for_latex(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto found = std::find_if(latex_signs.begin(), latex_signs.end(),
                                        [&](auto& sign) { return text.starts_with(sign.first); });
        if (found == latex_signs.end()) {
            out += text.front();
            text.remove_prefix(1);
        } else {
            out += found->second;
            text.remove_prefix(found->first.size());
        }
    }
    return out;
}

}  // namespace

TextTable in_text(const Table& table) {
    TextTable text;
    text.headings = table.columns;
    for (const std::vector<double>& row : table.rows) {
        std::vector<std::string> cells;
        for (const double value : row)
            cells.push_back(std::isnan(value) ? "—" : fmt::format("{:.6g}", value));
        cells.resize(table.columns.size(), "—");
        text.rows.push_back(std::move(cells));
    }
    return text;
}

std::string to_csv(const TextTable& table) {
    std::string text;
    const auto add = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) text += (i ? "," : "") + csv_field(cells[i]);
        text += '\n';
    };
    add(table.headings);
    for (const auto& row : table.rows) add(row);
    return text;
}

std::string to_markdown(const TextTable& table) {
    std::string text, rule;
    for (std::size_t i = 0; i < table.headings.size(); ++i) {
        text += "| " + for_markdown(table.headings[i]) + " ";
        rule += is_words(table, i) ? "|---" : "|---:";
    }
    text += "|\n" + rule + "|\n";
    for (const auto& row : table.rows) {
        for (const std::string& cell : row) text += "| " + for_markdown(cell) + " ";
        text += "|\n";
    }
    return text;
}

std::string to_latex(const TextTable& table) {
    std::string columns, text;
    for (std::size_t i = 0; i < table.headings.size(); ++i) {
        columns += is_words(table, i) ? 'l' : 'r';
        text += (i ? " & " : "") + for_latex(table.headings[i]);
    }
    text += " \\\\\n\\hline\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) text += (i ? " & " : "") + for_latex(row[i]);
        text += " \\\\\n";
    }
    return "\\begin{tabular}{" + columns + "}\n\\hline\n" + text + "\\hline\n\\end{tabular}\n";
}

}  // namespace muonscope::plots
