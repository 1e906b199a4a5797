#include "app/cli/commands.h"
#include "app/cli/look.h"
#include "app/cli/spec_choice.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/experiment/parameters.h"
#if MUONSCOPE_GUI
#include "app/gui/render_main.h"
#endif

namespace muonscope::cli {
namespace {

// What --steps, --looks and --at allow.
Parameter whole_number(double min, double max) {
    Parameter parameter;
    parameter.type = ParameterType::integer;
    parameter.min = min;
    parameter.max = max;
    return parameter;
}

}  // namespace

int render(const RenderArguments& arguments) {
    check_ending(arguments.output, "-o", ".png");
    check_writable(arguments.output, "-o");
    const Spec spec = chosen_spec(arguments.spec);
    const auto steps = std::get<std::int64_t>(
        parse_value(whole_number(0, parameter_at("run.steps").max), "--steps", arguments.steps));
    const auto looks =
        std::get<std::int64_t>(parse_value(whole_number(1, 1000), "--looks", arguments.looks));
    const std::int64_t at =
        arguments.at.empty()
            ? -1
            : std::get<std::int64_t>(
                  parse_value(whole_number(0, static_cast<double>(steps)), "--at", arguments.at));
    const auto [width, height] = size_of(arguments.size);
    const double scale = scale_of(arguments.scale);
    const bool dark = is_dark(arguments.theme);
#if MUONSCOPE_GUI
    return gui::render_window({.spec = spec,
                               .steps = steps,
                               .width = width,
                               .height = height,
                               .scale = scale,
                               .dark = dark,
                               .panel = arguments.panel,
                               .looks = looks,
                               .at = at,
                               .choices = arguments.choices,
                               .present = arguments.present,
                               .output = arguments.output});
#else
    static_cast<void>(steps), static_cast<void>(width), static_cast<void>(height);
    static_cast<void>(scale), static_cast<void>(dark), static_cast<void>(looks);
    static_cast<void>(at);
    throw Error("render", "this program was built without a window",
                "type `muonscope run " + spec.name + "`, or build with -DMUONSCOPE_GUI=ON");
#endif
}

}  // namespace muonscope::cli
