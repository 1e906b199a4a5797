#pragma once

#include <string>

#include "app/gui/panel.h"

namespace muonscope::gui {

// What was done last, to the run or to the view, as one list in the order of time: edits, presets,
// restarts and steps back are the session's to take back, choices of panels and of the window are
// taken back here. In Model weights it is the edits of the model.
void take_back(PanelContext& context);
void do_again(PanelContext& context);

// What these would do; empty: nothing.
std::string to_take_back(const PanelContext& context);
std::string to_do_again(const PanelContext& context);

// Once a frame, when all has been drawn: what was chosen since is one more thing to take back.
void note_choices(PanelContext& context);

}  // namespace muonscope::gui
