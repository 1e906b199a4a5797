#include <charconv>
#include <optional>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/spec_choice.h"
#include "core/error.h"
#include "core/experiment/near_names.h"
#include "core/experiment/parameters.h"
#if MUONSCOPE_GUI
#include "app/gui/render_main.h"
#endif

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

std::pair<int, int> size_of(const std::string& text) {
    const std::size_t cross = std::min(text.find('x'), text.size());
    const auto width = pixels(text.substr(0, cross));
    const auto height = pixels(text.substr(std::min(cross + 1, text.size())));
    if (!width || !height)
        throw Error("--size", in_quotes(text) + " is not allowed",
                    "give WIDTHxHEIGHT from 64x64 to 8192x8192, for example 1600x900");
    return {*width, *height};
}

Parameter between(ParameterType type, double min, double max) {
    Parameter parameter;
    parameter.type = type;
    parameter.min = min;
    parameter.max = max;
    return parameter;
}

}  // namespace

int render(const RenderArguments& arguments) {
    const Spec spec = chosen_spec(arguments.spec);
    const auto steps = std::get<std::int64_t>(
        parse_value(between(ParameterType::integer, 0, parameter_at("run.steps").max), "--steps",
                    arguments.steps));
    const auto [width, height] = size_of(arguments.size);
    const double scale = std::get<double>(
        parse_value(between(ParameterType::real, 0.5, 4), "--scale", arguments.scale));
    if (arguments.theme != "dark" && arguments.theme != "light")
        throw Error("--theme", in_quotes(arguments.theme) + " is not allowed",
                    "give light or dark");
#if MUONSCOPE_GUI
    return gui::render_window({.spec = spec,
                               .steps = steps,
                               .width = width,
                               .height = height,
                               .scale = scale,
                               .dark = arguments.theme == "dark",
                               .panel = arguments.panel,
                               .output = arguments.output});
#else
    static_cast<void>(steps), static_cast<void>(width), static_cast<void>(height);
    static_cast<void>(scale);
    throw Error("render", "this program was built without a window",
                "type `muonscope run " + spec.name + "`, or build with -DMUONSCOPE_GUI=ON");
#endif
}

}  // namespace muonscope::cli
