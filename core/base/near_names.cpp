#include "core/base/near_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace muonscope {
namespace {

constexpr std::size_t longest_compared = 80;

std::string folded(std::string_view text) {
    std::string result(text.substr(0, longest_compared));
    for (char& c : result) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (c == '-' || c == ' ') c = '_';
    }
    return result;
}

// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t typing_mistakes(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, previous);
        std::swap(previous, row);
    }
    return previous[b.size()];
}

std::size_t distance(const std::string& typed, std::string_view candidate) {
    const std::string whole = folded(candidate);
    const std::string last = whole.substr(whole.rfind('.') + 1);
    std::size_t mistakes = std::min(typing_mistakes(typed, whole), typing_mistakes(typed, last));
    if (typed.size() >= 3 && whole.find(typed) != std::string::npos)
        mistakes = std::min<std::size_t>(mistakes, 1);
    return mistakes;
}

}  // namespace

std::string did_you_mean(std::string_view typed, std::span<const std::string> candidates) {
    const std::string word = folded(typed);
    const std::size_t tolerance = std::max<std::size_t>(1, word.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& candidate : candidates)
        if (const std::size_t mistakes = distance(word, candidate); mistakes <= tolerance)
            near.emplace_back(mistakes, candidate);
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    if (near.size() > 3) near.resize(3);
    if (near.empty()) return "";
    std::string text = near[0].second;
    for (std::size_t i = 1; i < near.size(); ++i)
        text += (i + 1 == near.size() ? " or " : ", ") + near[i].second;
    return "did you mean " + text + "?";
}

std::string in_quotes(std::string_view text, std::size_t longest) {
    std::string result = "'";
    std::size_t shown = 0;
    // A byte without shape takes four characters: they are not to make a message four times as
    // long.
    for (; shown < std::min(longest, text.size()) && result.size() < 2 * longest; ++shown) {
        const char c = text[shown];
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f)
            result += fmt::format("\\x{:02x}", byte);
        else
            result += c;
    }
    if (text.size() > shown) result += "…";
    return result + "'";
}

std::string shell_word(std::string_view text) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("_-./:,=+@%").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

}  // namespace muonscope
