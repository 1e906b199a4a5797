#pragma once

#include <string>

#include "core/experiment/spec.h"

namespace muonscope::gui {

struct WindowOptions {
    Spec spec;               // what it opens on, already training
    std::string state_file;  // written on exit when not empty: what the session had come to
};

// Opens the window and trains until it is closed. Returns the exit code: 0, or 2 when there is no
// display or no OpenGL 3.3, with one line on stderr that says what to type instead.
int run_window(const WindowOptions& options);

}  // namespace muonscope::gui
