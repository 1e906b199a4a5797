#pragma once

#include "app/gui/keys.h"

// Tab through every control of every window: the transport bar, then the panels from left to right
// and from top to bottom, then help. Dear ImGui goes round within one window only.
namespace muonscope::gui {

// At the beginning of a frame: takes the first or last control of a window that Tab came to.
void go_on_by_tab(KeyboardState& keyboard);
// At the end of a frame in which Tab found no further control in its window: to the next window.
void leave_window_by_tab(KeyboardState& keyboard);

}  // namespace muonscope::gui
