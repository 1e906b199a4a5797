#pragma once

#include <string>

#include "app/gui/frame_pacer.h"
#include "app/gui/panel.h"

namespace muonscope::gui {

// What a window had come to, for scripts and tests: {"state", "message", "step", "spec", "lanes":
// [{"name", "optimizer", "step", "loss", "state_hash"}], "theme", "presentation", "scale",
// "layout_version", "frames": {"count", "build_median_ms", "build_p99_ms", "frame_median_ms",
// "first_ms"}}.
std::string state_json(const Snapshot& snapshot, const Preferences& preferences,
                       const FrameTimes& frames, double first_frame_milliseconds);

}  // namespace muonscope::gui
