#pragma once

#include "app/gui/panel.h"

namespace muonscope::gui {

// The list of presets: all of them, in groups, and beside them what the one under the mouse or the
// focus shows. Takes `width` at the cursor.
void preset_list(PanelContext& context, float width);

}  // namespace muonscope::gui
