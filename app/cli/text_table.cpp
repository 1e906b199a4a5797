#include "app/cli/text_table.h"

#include <algorithm>
#include <numeric>

#include "app/cli/terminal.h"

namespace muonscope::cli {
namespace {

using Line = std::vector<std::string>;
using Lines = std::vector<Line>;

constexpr std::size_t gap = 2;

// As many columns as a terminal shows for it, near enough: one a code point.
std::size_t width_of(const std::string& text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; });
}

std::size_t indentation_of(const std::string& text) {
    return std::min(text.find_first_not_of(' '), text.size());
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = indentation_of(text); at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

// The words below each other in lines of at most `width`, a longer word alone, indented as at
// first.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    if (width_of(text) <= width) return {text};
    const std::string indentation(indentation_of(text), ' ');
    std::vector<std::string> lines;
    for (const std::string& word : words_of(text)) {
        if (!lines.empty() && width_of(lines.back()) + 1 + width_of(word) <= width)
            lines.back() += " " + word;
        else
            lines.push_back(indentation + word);
    }
    return lines;
}

class TextTable {
  public:
    TextTable(const Lines& lines, const std::vector<std::size_t>& numbers)
        : lines_(lines), is_number_(lines.empty() ? 0 : lines.front().size()) {
        for (const std::size_t c : numbers)
            if (c < is_number_.size()) is_number_[c] = true;
        widths_.resize(is_number_.size());
        least_.resize(is_number_.size());
        for (std::size_t l = 0; l < lines.size(); ++l)
            for (std::size_t c = 0; c < lines[l].size(); ++c) measure(lines[l][c], c, l == 0);
    }

    // Narrows the widest columns that words can be taken from until these fit, if they do.
    void fit(const std::vector<std::size_t>& columns, std::size_t width) {
        while (total(columns) > width) {
            std::size_t widest = widths_.size();
            for (const std::size_t c : columns)
                if (widths_[c] > least_[c] &&
                    (widest == widths_.size() || widths_[c] > widths_[widest]))
                    widest = c;
            if (widest == widths_.size()) break;
            --widths_[widest];
        }
        // No wider than the words came to lie.
        for (const std::size_t c : columns) {
            std::size_t used = 0;
            for (const Line& line : lines_)
                for (const std::string& part : wrapped(line[c], widths_[c]))
                    used = std::max(used, width_of(part));
            widths_[c] = used;
        }
    }

    std::size_t least_total(const std::vector<std::size_t>& columns) const {
        std::size_t sum = gap * (columns.size() - 1);
        for (const std::size_t c : columns) sum += least_[c];
        return sum;
    }

    std::string text(const std::vector<std::size_t>& columns) const {
        std::string text;
        for (std::size_t l = 0; l < lines_.size(); ++l) {
            std::vector<std::vector<std::string>> cells;
            std::size_t height = 1;
            for (const std::size_t c : columns) {
                cells.push_back(wrapped(lines_[l][c], widths_[c]));
                height = std::max(height, cells.back().size());
            }
            for (std::size_t row = 0; row < height; ++row) text += row_text(columns, cells, row);
        }
        return text;
    }

  private:
    void measure(const std::string& cell, std::size_t c, bool heading) {
        widths_[c] = std::max(widths_[c], width_of(cell));
        // Numbers stay whole.
        if (is_number_[c] && !heading) least_[c] = std::max(least_[c], width_of(cell));
        for (const std::string& word : words_of(cell))
            least_[c] = std::max(least_[c], indentation_of(cell) + width_of(word));
    }

    std::size_t total(const std::vector<std::size_t>& columns) const {
        return std::accumulate(columns.begin(), columns.end(), gap * (columns.size() - 1),
                               [&](std::size_t sum, std::size_t c) { return sum + widths_[c]; });
    }

    std::string row_text(const std::vector<std::size_t>& columns,
                         const std::vector<std::vector<std::string>>& cells,
                         std::size_t row) const {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::size_t c = columns[i];
            const std::string cell = row < cells[i].size() ? cells[i][row] : "";
            const std::size_t wide = width_of(cell);
            const std::string padding(wide < widths_[c] ? widths_[c] - wide : 0, ' ');
            text += (i ? std::string(gap, ' ') : "") +
                    (is_number_[c] ? padding + cell : cell + padding);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
    }

    const Lines& lines_;
    std::vector<bool> is_number_;
    std::vector<std::size_t> widths_, least_;
};

}  // namespace

std::string text_table(const Lines& lines, const std::vector<std::size_t>& numbers,
                       std::size_t width) {
    const std::size_t count = lines.empty() ? 0 : lines.front().size();
    if (count == 0) return "";
    std::string text;
    for (std::size_t next = 1; text.empty() || next < count;) {
        TextTable table(lines, numbers);
        std::vector<std::size_t> columns{0};
        do {
            if (next < count) columns.push_back(next++);
            std::vector<std::size_t> more = columns;
            more.push_back(next);
            if (next < count && table.least_total(more) > width) break;
        } while (next < count);
        table.fit(columns, width);
        text += (text.empty() ? "" : "\n") + table.text(columns);
    }
    return text;
}

std::string text_table(const Lines& lines, const std::vector<std::size_t>& numbers) {
    return text_table(lines, numbers, terminal_columns());
}

std::string text_below(const std::string& sentence) {
    std::string text;
    for (const std::string& line : wrapped(sentence, terminal_columns())) text += line + "\n";
    return text;
}

std::string text_behind(const std::string& word, const std::string& sentence) {
    const std::size_t indentation = width_of(word), width = terminal_columns();
    const std::size_t room = width > indentation + 10 ? width - indentation : 10;
    std::string text, before = word;
    for (const std::string& line : wrapped(sentence, room)) {
        text += before + line + "\n";
        before.assign(indentation, ' ');
    }
    return text;
}

std::string legend_below(std::string_view legend, std::size_t names) {
    constexpr std::size_t widest = 100;
    if (terminal_columns() >= widest) return std::string(legend);
    std::string text, name, words;
    while (!legend.empty()) {
        const std::string line(legend.substr(0, legend.find('\n')));
        legend.remove_prefix(std::min(legend.size(), line.size() + 1));
        if (line.starts_with(' ')) {
            words += line.substr(names - 1);
            continue;
        }
        if (!name.empty()) text += text_behind(name, words);
        name = line.substr(0, names);
        words = line.substr(names);
    }
    return text + text_behind(name, words);
}

}  // namespace muonscope::cli
