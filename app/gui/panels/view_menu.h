#pragma once

#include "app/gui/panel.h"

namespace muonscope::gui {

// The button of the bars that opens a menu of layout, presentation, colours, scale and files.
void view_menu(PanelContext& context);

}  // namespace muonscope::gui
