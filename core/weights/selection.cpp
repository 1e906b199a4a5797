#include "core/weights/selection.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"

namespace muonscope {

namespace {

std::optional<long> whole(std::string_view text) {
    long number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

// With `*` for any text; the last one tried is the only one to come back to.
bool fits_star(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool fits_part(std::string_view pattern, std::string_view part) {
    const std::size_t dash = pattern.find('-');
    if (dash != std::string_view::npos) {
        const std::optional<long> first = whole(pattern.substr(0, dash));
        const std::optional<long> last = whole(pattern.substr(dash + 1));
        if (first && last) {
            const std::optional<long> number = whole(part);
            return number && *first <= *number && *number <= *last;
        }
    }
    return fits_star(pattern, part);
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& name) {
    for (std::size_t first = 0; first + pattern.size() <= name.size(); ++first)
        if (std::equal(pattern.begin(), pattern.end(), name.begin() + static_cast<long>(first),
                       fits_part))
            return true;
    return false;
}

}  // namespace

Selection::Selection(std::string_view text) {
    for (std::string_view pattern : split(text, '+')) {
        std::vector<std::string>& parts = patterns_.emplace_back();
        for (std::string_view part : split(pattern, '.')) {
            if (part.empty())
                throw Error(
                    in_quotes(text), "a name with an empty part",
                    "write names of tensors, such as blk.11.ffn_down, blk.10-20.attn_q or *");
            parts.emplace_back(part);
        }
    }
}

bool Selection::has(std::string_view name) const {
    const std::vector<std::string_view> parts = split(name, '.');
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [&](const auto& pattern) { return fits(pattern, parts); });
}

}  // namespace muonscope
