#include "app/cli/commands.h"
#include "app/cli/spec_choice.h"
#include "core/error.h"
#if MUONSCOPE_GUI
#include "app/gui/window_main.h"
#endif

namespace muonscope::cli {

int open_window(const WindowArguments& arguments) {
    Spec spec = chosen_spec(arguments.spec);
#if MUONSCOPE_GUI
    return gui::run_window({.spec = std::move(spec), .state_file = arguments.state_file});
#else
    throw Error("window", "this program was built without one",
                "type `muonscope run " + spec.name + "`, or build with -DMUONSCOPE_GUI=ON");
#endif
}

}  // namespace muonscope::cli
