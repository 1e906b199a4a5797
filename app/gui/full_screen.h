#pragma once

namespace muonscope::gui {

// Whether the window fills its monitor, and what the user asked for: done at the end of the frame,
// where the window can. Kept with the view.
struct FullScreen {
    bool on = false, wanted = false;
};

}  // namespace muonscope::gui
