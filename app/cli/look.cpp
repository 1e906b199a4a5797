#include "app/cli/look.h"

#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/experiment/parameters.h"

namespace muonscope::cli {
namespace {

constexpr int smallest = 64, largest = 8192;  // pixels

std::optional<int> pixels(std::string_view text) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < smallest || value > largest) return std::nullopt;
    return value;
}

}  // namespace

std::pair<int, int> size_of(const std::string& text) {
    const std::size_t cross = std::min(text.find('x'), text.size());
    const auto width = pixels(text.substr(0, cross));
    const auto height = pixels(text.substr(std::min(cross + 1, text.size())));
    if (!width || !height)
        throw Error("--size", in_quotes(text) + " is not allowed",
                    "give WIDTHxHEIGHT from 64x64 to 8192x8192, for example 1600x900");
    return {*width, *height};
}

double scale_of(const std::string& text) {
    Parameter parameter;
    parameter.type = ParameterType::real;
    parameter.min = 0.5;
    parameter.max = 4;
    return std::get<double>(parse_value(parameter, "--scale", text));
}

bool is_dark(const std::string& theme) {
    if (theme != "dark" && theme != "light")
        throw Error("--theme", in_quotes(theme) + " is not allowed", "give light or dark");
    return theme == "dark";
}

}  // namespace muonscope::cli
