#pragma once

#include "app/gui/panel.h"

namespace muonscope::gui {

// Rows of the view menu: keep this run, or the one before, or one of a file.
void ghosts_menu(PanelContext& context);
// A row each: its name to type, shown or not, what differs on hover, and a cross.
void ghost_rows(PanelContext& context);

}  // namespace muonscope::gui
