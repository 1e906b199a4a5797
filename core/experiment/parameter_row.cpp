#include "core/experiment/parameter_row.h"

#include <algorithm>
#include <charconv>

namespace muonscope {
namespace {

template <class Use>
void for_each_element(std::string_view text, Use use) {
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        use(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
}

}  // namespace

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
    for_each_element(text, [&](std::string_view element) {
        std::from_chars(element.data(), element.data() + element.size(), elements.emplace_back());
    });
}

void split(std::string_view text, std::vector<std::string>& elements) {
    elements.clear();
    for_each_element(text, [&](std::string_view element) { elements.emplace_back(element); });
}

std::size_t index_of_choice(const Described& parameter, const Value& slug) {
    const auto found = std::find_if(
        parameter.choices.begin(), parameter.choices.end(),
        [&](const Choice& choice) { return choice.slug == std::get<std::string>(slug); });
    return static_cast<std::size_t>(found - parameter.choices.begin());
}

}  // namespace muonscope
