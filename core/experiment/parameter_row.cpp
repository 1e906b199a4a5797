#include "core/experiment/parameter_row.h"

#include <algorithm>
#include <charconv>

#include "core/base/split.h"

namespace muonscope {
std::string joined(const std::vector<int>& elements) {
    std::string text;
    for (const int element : elements) text += (text.empty() ? "" : ",") + std::to_string(element);
    return text;
}

std::string joined(const std::vector<std::string>& elements) {
    std::string text;
    for (const std::string& element : elements) text += (text.empty() ? "" : ",") + element;
    return text;
}

void split(std::string_view text, std::vector<int>& elements) {
    elements.clear();
    if (text.empty()) return;
    for (const std::string_view element : split(text, ','))
        std::from_chars(element.data(), element.data() + element.size(), elements.emplace_back());
}

void split(std::string_view text, std::vector<std::string>& elements) {
    elements.clear();
    if (text.empty()) return;
    for (const std::string_view element : split(text, ',')) elements.emplace_back(element);
}

std::size_t index_of_choice(const Described& parameter, const Value& slug) {
    const auto found = std::find_if(
        parameter.choices.begin(), parameter.choices.end(),
        [&](const Choice& choice) { return choice.slug == std::get<std::string>(slug); });
    return found - parameter.choices.begin();
}

}  // namespace muonscope
