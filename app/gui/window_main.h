#pragma once

#include "app/gui/application.h"

namespace muonscope::gui {

// Opens the window and trains until it is closed. Returns the exit code: 0, or 2 when there is no
// display or no OpenGL 3.3, with one line on stderr that says what to type instead.
int run_window(const WindowOptions& options);

}  // namespace muonscope::gui
