#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "app/cli/commands.h"
#include "app/cli/look.h"
#include "app/cli/spec_choice.h"
#include "app/cli/writable.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#if MUONSCOPE_GUI
#include "app/gui/window_main.h"
#endif

namespace muonscope::cli {

int open_window(const WindowArguments& arguments) {
    auto chosen = chosen_spec_or_session(arguments.spec);
    std::shared_ptr<const SessionFile> session;
    if (auto* file = std::get_if<SessionFile>(&chosen)) {
        if (!arguments.spec.changes.empty() || !arguments.spec.seed.empty())
            throw Error(arguments.spec.changes.empty() ? "--seed" : "--set",
                        in_quotes(arguments.spec.name, 200) +
                            " is a saved session, which has its own edits",
                        "leave it out, and turn it in the window");
        session = std::make_shared<const SessionFile>(std::move(*file));
    }
    Spec spec = session ? session->spec : std::get<Spec>(std::move(chosen));
    check_writable(arguments.state_file, "--state-file");
    // Looked at before a window opens, with or without one.
    std::optional<std::pair<int, int>> size;
    std::optional<double> scale;
    std::optional<bool> dark;
    if (!arguments.size.empty()) size = size_of(arguments.size);
    if (!arguments.scale.empty()) scale = scale_of(arguments.scale);
    if (!arguments.theme.empty()) dark = is_dark(arguments.theme);
#if MUONSCOPE_GUI
    return gui::run_window({.spec = std::move(spec),
                            .session = std::move(session),
                            .state_file = arguments.state_file,
                            .scale = scale,
                            .dark = dark,
                            .size = size,
                            .autosaves = true});
#else
    throw Error("window", "this program was built without one",
                "type `muonscope run " + spec.name + "`, or build with -DMUONSCOPE_GUI=ON");
#endif
}

}  // namespace muonscope::cli
