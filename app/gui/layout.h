#pragma once

#include "imgui.h"

namespace muonscope::gui {

// Raised when panels are added or renamed: an older saved layout is then not read.
inline constexpr int layout_version = 7;

// Docks every panel where it stands by default, in a dock space of this size in pixels.
void build_default_layout(ImGuiID dock_space, ImVec2 size);

}  // namespace muonscope::gui
