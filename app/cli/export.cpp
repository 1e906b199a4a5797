#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/export_kinds.h"
#include "app/cli/interruption.h"
#include "app/cli/look.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/spec_choice.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/experiment/parameters.h"
#if MUONSCOPE_GUI
#include "app/gui/export_main.h"
#endif

namespace muonscope::cli {
namespace {

// As --what says, or as the file's name ends.
const ExportKind& chosen_kind(const ExportArguments& arguments) {
    std::string names;
    for (const ExportKind& kind : export_kinds) {
        const std::string_view ending = kind.ending;
        if (arguments.what == kind.name ||
            (arguments.what.empty() && !ending.empty() && arguments.output.ends_with(ending)))
            return kind;
        names += (names.empty() ? "" : ", ") + std::string(kind.name);
    }
    if (arguments.what.empty())
        throw Error("--output " + in_quotes(arguments.output), "does not say what to write",
                    "let it end with .svg, .pdf, .png … or give --what: one of " + names);
    throw Error("--what", in_quotes(arguments.what) + " is not known", "give one of " + names);
}

struct Numbers {
    std::int64_t steps = 0, at = -1, looks = 1;
    double width = 0, height = 0, type = 8, line = 1;
    int dpi = 300, frames = 100, rate = 25;
};

Numbers numbers_in(const ExportArguments& arguments, std::optional<std::int64_t> saved) {
    constexpr double shortest = 20, longest = 2000;  // mm
    Numbers numbers;
    const auto real = [](const std::string& text, const char* option, double least, double most,
                         double& number) {
        if (!text.empty()) number = number_in(text, option, least, most);
    };
    const auto whole = [](const std::string& text, const char* option, long least, long most,
                          auto& number) {
        if (!text.empty())
            number = static_cast<std::remove_reference_t<decltype(number)>>(
                whole_number_in(text, option, least, most));
    };
    if (arguments.steps.empty() && !saved)
        throw Error("--steps", "is needed: a preset and a spec say not how far to train",
                    "give a number of steps, such as --steps 140");
    numbers.steps = saved.value_or(0);
    whole(arguments.steps, "--steps", 0, static_cast<long>(parameter_at("run.steps").max),
          numbers.steps);
    whole(arguments.at, "--at", 0, numbers.steps, numbers.at);
    whole(arguments.looks, "--looks", 1, 1000, numbers.looks);
    real(arguments.width, "--width-mm", shortest, longest, numbers.width);
    real(arguments.height, "--height-mm", shortest, longest, numbers.height);
    real(arguments.type, "--type-size", 3, 48, numbers.type);
    real(arguments.line, "--line-width", 0.1, 10, numbers.line);
    whole(arguments.dpi, "--dpi", 36, 2400, numbers.dpi);
    whole(arguments.frames, "--frames", 1, 99999, numbers.frames);
    whole(arguments.rate, "--rate", 1, 120, numbers.rate);
    return numbers;
}

}  // namespace

std::string export_legend() {
    std::string text;
    for (const ExportKind& kind : export_kinds)
        text += fmt::format("  {:<9}{}\n", kind.name, kind.words);
    return text;
}

int export_figure(const ExportArguments& arguments) {
    const ExportKind& kind = chosen_kind(arguments);
    const std::string_view what = kind.name;
    const bool is_folder = std::string_view(kind.ending).empty();
    const bool animated = is_folder || what == "mp4" || what == "gif";
    if (!is_folder) {
        check_ending(arguments.output, "-o", kind.ending);
        check_writable(arguments.output, "-o");
    }
    const auto chosen = chosen_spec_or_session(arguments.spec);
    const auto* file = std::get_if<SessionFile>(&chosen);
    const Numbers numbers =
        numbers_in(arguments, file != nullptr ? std::optional(file->step) : std::nullopt);
    if (animated && numbers.at >= 0)
        throw Error("--at", "is one step, and " + std::string(what) + " shows them all",
                    "leave one of them out");
    const bool dark = is_dark(arguments.theme);
#if MUONSCOPE_GUI
    // A drawing ends with the program at Ctrl+C; frames that are there are kept.
    std::optional<Interruption> interruption;
    if (animated) interruption.emplace();
    ProgressLines lines(arguments.quiet);
    gui::ExportOptions options{
        .run = {.spec = file != nullptr ? file->spec : std::get<Spec>(chosen),
                .session = file != nullptr ? std::optional(*file) : std::nullopt,
                .steps = numbers.steps,
                .dark = dark,
                .panel = arguments.panel,
                .looks = numbers.looks,
                .at = numbers.at,
                .choices = arguments.choices,
                .output = arguments.output},
        .what = std::string(what),
        .plot = arguments.plot,
        .look = {numbers.width, numbers.height, numbers.type, numbers.line},
        .dpi = numbers.dpi,
        .frames = numbers.frames,
        .rate = numbers.rate};
    options.goes_on = [&](int frames) {
        const double share = static_cast<double>(frames) / options.frames;
        if (lines.due())
            lines.show({fmt::format("{} {:3.0f} %  {} of {} frames{}", bar(share), 100 * share,
                                    frames, options.frames,
                                    frames == options.frames && !is_folder ? ", ffmpeg" : "")});
        return !interruption || interruption->signal() == 0;
    };
    if (gui::export_window(options) == gui::called_off) {
        lines.hide();
        fmt::print(
            stderr, "muonscope: interrupted; {}\n",
            is_folder ? "the frames so far are in " + arguments.output : "nothing is written");
        return interruption->exit_code();
    }
    return done;
#else
    static_cast<void>(dark), static_cast<void>(numbers);
    throw Error("export", "this program was built without a window",
                "type `muonscope run two-ways-up`, or build with -DMUONSCOPE_GUI=ON");
#endif
}

}  // namespace muonscope::cli
