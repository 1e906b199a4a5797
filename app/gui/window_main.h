#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/experiment/spec.h"

namespace muonscope::gui {

struct WindowOptions {
    Spec spec;               // what it opens on, already training
    std::string state_file;  // written on exit when not empty: what the session had come to
    // For this window and from then on, as if chosen in it; otherwise what was chosen last.
    std::optional<double> scale;  // 0.5 to 4, times the monitor's
    std::optional<bool> dark;
    // Pixels at the monitor's scale 1; otherwise as much as the default layout needs.
    std::optional<std::pair<int, int>> size;
};

// Opens the window and trains until it is closed. Returns the exit code: 0, or 2 when there is no
// display or no OpenGL 3.3, with one line on stderr that says what to type instead.
int run_window(const WindowOptions& options);

}  // namespace muonscope::gui
